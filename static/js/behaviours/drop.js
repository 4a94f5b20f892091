/* Name the chosen files, light up under a dragged one, and show how far an upload is.
   The header X-Gieo-Upload asks the server to name the next page instead of redirecting to it, so that this page and
   not the request goes there (and what was said by flash() is read by a person). */
import { toast } from "./toasts.js";

const UNITS = ["B", "KB", "MB", "GB"];

export function sizeText(bytes) {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const shown = size < 10 && unit > 0 ? size.toFixed(1) : String(Math.round(size));
  return `${document.documentElement.lang === "vi" ? shown.replace(".", ",") : shown} ${UNITS[unit]}`;
}

export function fileDrops(root) {
  for (const zone of root.querySelectorAll("[data-drop]")) dress(zone);
}

function dress(zone) {
  const input = zone.querySelector("input[type=file]");
  const chosen = zone.querySelector("[data-chosen]");
  input.addEventListener("change", () => {
    chosen.textContent = [...input.files].map((file) => `${file.name} (${sizeText(file.size)})`).join(", ");
  });
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, () => zone.classList.add("over"));
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
  const form = input.form;
  if (form?.method === "post" && !form.dataset.watched) {
    form.dataset.watched = "yes";
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented || ![...form.querySelectorAll("input[type=file]")].some((one) => one.files.length)) return;
      event.preventDefault();
      if (form.classList.contains("busy")) return;
      send(form, event.submitter, zone.querySelector("[data-progress]"));
    });
  }
}

function send(form, submitter, progress) {
  const data = new FormData(form);
  if (submitter?.name) data.append(submitter.name, submitter.value);
  const request = new XMLHttpRequest();
  request.open("POST", submitter?.hasAttribute("formaction") ? submitter.formAction : form.action); // without the attribute formAction names the page
  request.setRequestHeader("Accept", "text/html");
  request.setRequestHeader("X-Gieo-Upload", "1");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    progress.hidden = false;
    progress.value = (100 * event.loaded) / event.total;
  });
  request.addEventListener("load", () => {
    const next = request.getResponseHeader("X-Gieo-Next");
    if (next) location.assign(next);
    else showAnswer(request.responseText);
  });
  request.addEventListener("error", () => {
    progress.hidden = true;
    form.classList.remove("busy");
    for (const button of form.querySelectorAll("button[data-was]")) {
      button.disabled = false;
      button.textContent = button.dataset.was;
    }
    toast(form.dataset.offline || "Mất kết nối khi đang tải lên. Chưa có gì được lưu; hãy thử lại khi có mạng.");
  });
  request.send(data);
}

function showAnswer(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const from = page.querySelector("main");
  const to = document.querySelector("main");
  if (!from || !to) {
    location.reload();
    return;
  }
  to.replaceWith(document.adoptNode(from));
  window.scrollTo(0, 0);
  document.dispatchEvent(new CustomEvent("gieo:fresh", { detail: from }));
}
