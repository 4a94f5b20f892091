/* data-copy="text" (or data-copy-from="id") puts text on the clipboard and says so with data-copied. */
import { toast } from "./toasts.js";

export function copyButtons(root) {
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (!button) return;
    const source = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
    const text = source ? (source.value ?? source.textContent) : button.dataset.copy;
    if (await copy(text)) toast(button.dataset.copied || "Đã chép.");
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyOldWay(text); // plain http in a school's own network has no clipboard interface
  }
}

function copyOldWay(text) {
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "visually-hidden";
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  return done;
}
