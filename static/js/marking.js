/* Marking without the mouse. The letters work only while the form has the focus and nobody is writing words. */
const form = document.querySelector("[data-marking]");
const first = form.querySelector("[data-first]");

/* What asks for digits is not writing: J and K are no numbers. */
function writes(target) {
  return target.matches("textarea, input:not([type=radio]):not([type=checkbox]):not([inputmode=decimal])");
}

function go(address) {
  if (address) location.assign(address);
}

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
  const letter = event.key.toLowerCase();
  if (letter !== "j" && letter !== "k") return;
  event.preventDefault();
  go(letter === "j" ? form.dataset.next : form.dataset.before);
});

if (first && matchMedia("(hover: hover)").matches) first.focus({ preventScroll: true }); // no keyboard pops up on a phone
