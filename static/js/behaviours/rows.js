/* In a table marked data-pick the box in the head ticks all, ticked rows stand out, and [data-picked-count] counts them. */
export function pickRows(root) {
  for (const table of root.querySelectorAll("[data-pick]")) dress(table);
}

function dress(table) {
  const all = table.querySelector("[data-pick-all]");
  const boxes = [...table.querySelectorAll("[data-pick-one]")];
  const counter = document.querySelector("[data-picked-count]");
  const look = () => {
    const on = boxes.filter((box) => box.checked);
    for (const box of boxes) box.closest("tr, section, li")?.classList.toggle("selected", box.checked);
    if (counter) counter.textContent = String(on.length);
    if (all) {
      all.checked = on.length > 0 && on.length === boxes.length;
      all.indeterminate = on.length > 0 && on.length < boxes.length;
    }
  };
  all?.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    look();
  });
  table.addEventListener("change", look);
  look();
}
