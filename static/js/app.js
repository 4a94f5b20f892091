/* The niceties of every page, one behaviour a module. Everything works without them. */
import { busyButtons } from "./behaviours/busy.js";
import { confirmByTyping } from "./behaviours/confirm.js";
import { copyButtons } from "./behaviours/copy.js";
import { dialogs } from "./behaviours/dialogs.js";
import { fileDrops } from "./behaviours/drop.js";
import { faults } from "./behaviours/faults.js";
import { menus } from "./behaviours/menus.js";
import { tagPickers } from "./behaviours/picker.js";
import { livePreviews } from "./behaviours/preview.js";
import { scrollers } from "./behaviours/scrollers.js";
import { searchKey } from "./behaviours/search.js";
import { pickRows } from "./behaviours/rows.js";

const listening = [dialogs, searchKey, copyButtons, menus, busyButtons]; // once, on the document
const dressing = [livePreviews, fileDrops, confirmByTyping, tagPickers, pickRows, scrollers, faults]; // on each new piece of a page

document.documentElement.classList.add("js");
for (const start of listening) start(document);
for (const dress of dressing) dress(document);
document.addEventListener("gieo:fresh", (event) => {
  for (const dress of dressing) dress(event.detail);
});
