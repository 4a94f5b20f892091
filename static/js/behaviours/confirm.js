/* A form with data-confirm="word" wakes its danger button when the word has been typed. The server checks again. */
export function confirmByTyping(root) {
  for (const form of root.querySelectorAll("form[data-confirm]")) {
    const word = form.dataset.confirm.normalize("NFC").trim();
    const input = form.querySelector("input[name=confirm]");
    const button = form.querySelector("button.danger");
    const look = () => { button.disabled = input.value.normalize("NFC").trim() !== word; };
    input.addEventListener("input", look);
    look();
  }
}
