/* Say something in passing; it goes by itself, and stays while the pointer is on it. */
const SECONDS = 6;

export function toast(text) {
  const home = document.querySelector("[data-toasts]");
  if (!home) return;
  const box = document.createElement("div");
  box.className = "toast";
  box.textContent = text;
  home.append(box);
  let timer = setTimeout(() => box.remove(), SECONDS * 1000);
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => { timer = setTimeout(() => box.remove(), 2000); });
}
