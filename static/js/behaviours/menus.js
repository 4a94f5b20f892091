/* An open menu closes by Escape, by a click elsewhere, and when focus leaves it. */
export function menus(root) {
  const close = (except) => {
    for (const menu of root.querySelectorAll("details[data-menu][open]")) if (menu !== except) menu.open = false;
  };
  root.addEventListener("click", (event) => close(event.target.closest("details[data-menu]")));
  root.addEventListener("focusin", (event) => close(event.target.closest("details[data-menu]")));
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
