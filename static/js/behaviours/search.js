/* The key "/" goes to the first search box that can be seen. */
export function searchKey(root) {
  root.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable=true]")) return;
    const boxes = [...root.querySelectorAll("[data-search]")].filter((box) => box.offsetParent !== null);
    const box = boxes.find((one) => one.closest("main")) || boxes[0];
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}
