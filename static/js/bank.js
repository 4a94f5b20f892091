import { walkLists } from "./behaviours/walk.js";

/* Review by keyboard: a letter presses the button or opens the link that carries it (data-key), or goes to a field. */
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const letter = event.key.toLowerCase();
  if (!/^[a-z]$/.test(letter)) return;
  const field = document.querySelector(`[data-key-focus="${letter}"]`);
  const act = document.querySelector(`[data-key="${letter}"]`);
  if (!field && !act) return;
  event.preventDefault();
  if (field) field.focus();
  else act.click();
});

walkLists(document);
