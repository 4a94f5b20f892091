/* After a refusal the cursor stands where the first fault is; a fault of the whole form is read out. */
export function faults(root) {
  const first = root.querySelector("[aria-invalid=true]") ?? root.querySelector("main [role=alert]");
  if (!first) return;
  if (first.matches("[role=alert]")) first.tabIndex = -1;
  first.closest("details:not([open])")?.setAttribute("open", "");
  first.focus();
}
