/* What is wider than the screen scrolls in its own box: the keyboard must reach a table of a lesson, and of a row of tabs
   the open one must be in sight. */
export function scrollers(root) {
  for (const table of root.querySelectorAll(".prose table")) {
    if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
  }
  for (const tab of root.querySelectorAll(".tabs [aria-current]")) {
    const row = tab.closest(".tabs");
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }
}
