import { walkLists } from "./behaviours/walk.js";

/* Review by keyboard: a key presses the button or opens the link that carries it (data-key), or goes to a field
   (data-key-focus). In that field Ctrl+Enter sends its form and Escape gives the keys back; "?" opens the list of them. */
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.altKey || event.isComposing) return;
  const field = typing(event.target);
  if (field) inField(event, field);
  else if (!event.ctrlKey && !event.metaKey && !event.target.closest("dialog")) onPage(event);
});

function inField(event, field) {
  if (event.key === "Escape") field.blur();
  else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field.matches("[data-key-focus]")) {
    event.preventDefault();
    field.form.querySelector("button").click();
  }
}

function onPage(event) {
  const key = event.key.toLowerCase();
  if (!/^[a-z?]$/.test(key)) return;
  const field = document.querySelector(`[data-key-focus="${key}"]`);
  const act = key === "?" ? document.querySelector('[data-open="keys"]') : document.querySelector(`[data-key="${key}"]`);
  if (!field && !act) return;
  event.preventDefault();
  if (field) field.focus();
  else act.click();
}

walkLists(document);
