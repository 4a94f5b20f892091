/* Walk a list marked data-walk by keyboard: j and k go down and up, Enter opens ([data-walk-open]), x ticks
   ([data-pick-one]), ? opens the dialog "keys" that says so. */
const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable], dialog";

export function walkLists(root) {
  for (const list of root.querySelectorAll("[data-walk]")) {
    root.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPING)) return;
      const act = ACTS[event.key];
      if (act && act(list, [...list.children].find((item) => item.contains(document.activeElement)))) event.preventDefault();
    });
  }
}

const ACTS = {
  j: (list, item) => go(item ? item.nextElementSibling : list.firstElementChild),
  k: (_list, item) => go(item?.previousElementSibling),
  x: (_list, item) => press(item?.querySelector("[data-pick-one]")),
  Enter: (_list, item) => item === document.activeElement && press(item?.querySelector("[data-walk-open]")),
  "?": () => press(document.querySelector("[data-open=keys]")),
};

function go(item) {
  if (!item) return false;
  item.tabIndex = -1;
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
  return true;
}

function press(thing) {
  thing?.click();
  return Boolean(thing);
}
