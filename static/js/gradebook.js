/* Niceties of the marks grid: Enter and arrows move, 85 becomes 8,5, a column pastes from Excel, averages follow.
   The server reads, asks back and reckons again; what is shown here is a help only. */
const form = document.querySelector("form[data-marks]");
const WEIGHTS = { tx: 1, gk: 2, ck: 3 };
const COMMA = document.documentElement.lang === "en" ? "." : ",";

/* A mark in tenths, null for an empty or spoken cell ("v", "p"), undefined for what is no mark. */
function tenths(text) {
  const bare = text.trim().replace(",", ".");
  if (bare === "" || /^[a-zđ]+$/i.test(bare)) return null;
  if (!/^\d{1,2}(\.\d?)?$/.test(bare)) return undefined;
  const [whole, place] = bare.split(".");
  const value = Number(whole) * 10 + Number(place || 0);
  return value <= 100 ? value : undefined;
}

function tidy(input) {
  const typed = input.value.trim();
  if (/^([1-9]\d|100)$/.test(typed) && typed !== "10") {
    input.value = typed === "100" ? "10" : `${typed[0]},${typed[1]}`;
  } else if (/^\d{1,2}\.\d?$/.test(typed)) {
    input.value = typed.replace(".", ",");
  }
  input.closest("td").classList.toggle("bad", tenths(input.value) === undefined);
}

function average(row) {
  const cell = row.querySelector("[data-result]");
  let sum = 0;
  let weight = 0;
  let regular = 0;
  const ends = new Set();
  for (const input of row.querySelectorAll("input[data-mark]")) {
    const value = tenths(input.value);
    if (value === null || value === undefined) continue;
    const kind = input.dataset.mark;
    sum += value * WEIGHTS[kind];
    weight += WEIGHTS[kind];
    if (kind === "tx") regular += 1;
    else ends.add(kind);
  }
  const whole = regular >= Number(form.dataset.required) && ends.size === 2;
  /* Half up in whole numbers: a division of floats would turn 7,25 into 7,2 now and then. */
  const rounded = Math.floor((2 * sum + weight) / (2 * weight));
  cell.textContent = whole ? `${Math.floor(rounded / 10)}${COMMA}${rounded % 10}` : form.dataset.missing;
  cell.classList.toggle("none", !whole);
}

function below(input, step) {
  const column = [...input.closest("tr").querySelectorAll("input")].indexOf(input);
  let row = input.closest("tr");
  row = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  return row?.querySelectorAll("input")[column];
}

function start() {
  const whole = form.querySelectorAll("thead th[colspan]").length && form.querySelectorAll("tbody tr:first-child input[data-mark]").length > 1;
  const reckons = whole && !("byComment" in form.dataset);
  let dirty = false;
  form.addEventListener("input", () => { dirty = true; });
  form.addEventListener("submit", () => { dirty = false; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  form.addEventListener("focusin", (event) => { if (event.target.matches("input[data-mark]")) event.target.select(); });
  form.addEventListener("change", (event) => {
    if (!event.target.matches("input[data-mark]") || "byComment" in form.dataset) return;
    tidy(event.target);
    if (reckons) average(event.target.closest("tr"));
  });
  form.addEventListener("keydown", (event) => {
    if (!event.target.matches("tbody input")) return;
    const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    below(event.target, step)?.focus();
  });
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n$/, "");
    if (!event.target.matches("input[data-mark]") || !/[\n\t]/.test(text)) return;
    event.preventDefault();
    let first = event.target;
    for (const line of text.split("\n")) {
      if (!first) break;
      const inputs = [...first.closest("tr").querySelectorAll("input[data-mark]")];
      const from = inputs.indexOf(first);
      line.split("\t").forEach((value, place) => {
        const input = inputs[from + place];
        if (!input) return;
        input.value = value.trim();
        input.dispatchEvent(new Event("change", { bubbles: true }));
      });
      first = below(first, 1);
    }
    dirty = true;
  });
}

if (form?.querySelector("input[data-mark]")) start();
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
