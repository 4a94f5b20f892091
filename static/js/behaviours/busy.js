/* While a form is on its way its button says so and cannot be pressed twice; Back brings it to life again. */
export function busyButtons(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.classList.contains("busy")) {
      event.preventDefault();
      return;
    }
    form.classList.add("busy");
    const button = event.submitter;
    if (!button?.dataset.busy) return;
    button.dataset.was = button.textContent;
    setTimeout(() => {
      button.textContent = button.dataset.busy;
      button.disabled = true;
    });
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of root.querySelectorAll("form.busy")) form.classList.remove("busy");
    for (const button of root.querySelectorAll("button[data-was]")) {
      button.disabled = false;
      button.textContent = button.dataset.was;
    }
  });
}
