/* A table of a lesson that is wider than the screen scrolls in its own box: the keyboard must reach it. */
export function scrollers(root) {
  for (const table of root.querySelectorAll(".prose table")) {
    if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
  }
}
