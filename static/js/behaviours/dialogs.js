/* data-open="id" opens a dialog as a modal one; data-close closes it. Without this the link's #id shows it in place. */
export function dialogs(root) {
  root.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.open);
      if (!dialog?.showModal) return;
      event.preventDefault();
      if (!dialog.open) dialog.showModal();
      return;
    }
    const dialog = event.target.closest("dialog[open]");
    if (!dialog) return;
    const outside = event.target === dialog && isOutside(dialog, event);
    if (event.target.closest("[data-close]") || outside) {
      event.preventDefault();
      dialog.close();
    }
  });
}

function isOutside(dialog, { clientX, clientY, detail }) {
  if (detail === 0) return false; // a click made by a key has no place
  const box = dialog.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}
