/* The grid of a test's matrix: sums while typing, keys as in a spreadsheet, rows added and removed in place. Without this
   script the server adds and removes rows, and sums up when the grid is saved. */
const form = document.querySelector("[data-matrix]");
const comma = (0.5).toLocaleString(document.documentElement.lang || "vi").includes(",") ? "," : ".";

/* Points are counted in whole ten-thousandths, so that twelve times 0,25 is 3 and never 2,9999. */
const UNIT = 10000;
const parse = (text) => {
  const value = Number(text.trim().replace(",", "."));
  return Number.isFinite(value) ? Math.round(value * UNIT) : 0;
};
const shown = (value) => String(Math.round(value * 100 / UNIT) / 100).replace(".", comma);
const percent = (part, whole) => (whole ? `${Math.round((100 * part) / whole)}%` : "0%");

function add(sums, key, count, points) {
  const sum = sums.get(key) ?? { questions: 0, points: 0 };
  sum.questions += count;
  sum.points += points;
  sums.set(key, sum);
}

function sumUp() {
  const worths = new Map([...form.querySelectorAll("[data-worth]")].map((one) => [`${one.dataset.part}:${one.dataset.level}`, parse(one.value)]));
  const sums = new Map();
  const rows = [...form.querySelectorAll("[data-row]")];
  const ofRows = rows.map((row) => {
    const own = new Map();
    for (const input of row.querySelectorAll("[data-count]")) {
      const { part, level } = input.dataset;
      const count = Number(input.value.trim() || 0);
      const fine = Number.isInteger(count) && count >= 0;
      input.closest("td").classList.toggle("bad", !fine);
      if (!fine || !count) continue;
      const points = count * worths.get(`${part}:${level}`);
      for (const key of ["", `${part}:`, `:${level}`, `${part}:${level}`]) add(sums, key, count, points);
      add(own, "", count, points);
      add(own, level, count, points);
    }
    return own;
  });
  const none = { questions: 0, points: 0 };
  const whole = sums.get("") ?? none;
  rows.forEach((row, place) => {
    for (const cell of row.querySelectorAll("[data-row-sum]")) cell.textContent = ofRows[place].get(cell.dataset.rowSum)?.questions ?? "";
    const own = ofRows[place].get("");
    row.querySelector("[data-row-share]").textContent = own ? percent(own.points, whole.points) : "";
  });
  for (const cell of form.querySelectorAll("[data-sum]")) {
    const { part, level, sum: kind, goal } = cell.dataset;
    const key = part === undefined && level === undefined ? "" : `${part ?? ""}:${level ?? ""}`;
    const sum = sums.get(key) ?? none;
    if (kind === "questions") cell.textContent = sum.questions;
    else if (kind === "share") cell.textContent = percent(sum.points, whole.points);
    else {
      cell.querySelector("[data-points]").textContent = shown(sum.points);
      if (goal) cell.classList.toggle("off", sum.points !== parse(goal));
    }
  }
}

const numbered = (row, number) => {
  for (const one of row.querySelectorAll("[aria-label]")) one.setAttribute("aria-label", one.getAttribute("aria-label").replace(/\d+/, number));
};

function addRow() {
  const rows = form.querySelectorAll("[data-row]");
  const last = rows[rows.length - 1];
  const fresh = last.cloneNode(true);
  for (const input of fresh.querySelectorAll("input, textarea")) input.value = "";
  for (const cell of fresh.querySelectorAll(".bad")) cell.classList.remove("bad");
  const details = fresh.querySelector("details");
  details.open = false;
  details.classList.remove("filled");
  numbered(fresh, rows.length + 1);
  last.after(fresh);
  const topic = fresh.querySelector("[name=topic]");
  topic.value = last.querySelector("[name=topic]").value; // the next unit mostly belongs to the same topic
  fresh.querySelector("[name=unit]").focus();
  topic.addEventListener("focus", () => topic.select(), { once: true });
  return fresh;
}

function removeRow(row) {
  const rows = [...form.querySelectorAll("[data-row]")];
  const next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
  if (!next) {
    for (const input of row.querySelectorAll("input, textarea")) input.value = "";
  } else {
    row.remove();
    next.querySelector("[name=topic]").focus();
    form.querySelectorAll("[data-row]").forEach((one, place) => numbered(one, place + 1));
  }
}

function beside(input, step) {
  const row = input.closest("[data-row]");
  const place = [...row.querySelectorAll("input")].indexOf(input);
  let next = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  if (!next?.matches("[data-row]")) next = null;
  return next?.querySelectorAll("input")[place];
}

let dirty = false;
form.addEventListener("input", () => { dirty = true; sumUp(); });
form.addEventListener("submit", () => { dirty = false; });
window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
form.addEventListener("focusin", (event) => { if (event.target.matches("[data-count], [data-worth]")) event.target.select(); });

form.addEventListener("click", (event) => {
  const act = event.target.closest("button[name=act]")?.value ?? "";
  if (act !== "add" && !act.startsWith("remove-")) return;
  event.preventDefault();
  dirty = true;
  if (act === "add") addRow();
  else removeRow(event.target.closest("[data-row]"));
  sumUp();
});

form.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!input.matches("[data-row] input") || input.hasAttribute("list") && event.key.startsWith("Arrow")) return;
  const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    beside(input, step)?.focus();
    return;
  }
  const aside = input.matches("[data-count]") && { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!aside) return;
  const cells = [...input.closest("[data-row]").querySelectorAll("[data-count]")];
  const next = cells[cells.indexOf(input) + aside];
  if (!next) return;
  event.preventDefault();
  next.focus();
});

form.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n$/, "");
  if (!event.target.matches("[data-count], [name=topic], [name=unit]") || !/[\n\t]/.test(text)) return;
  event.preventDefault();
  const place = [...event.target.closest("[data-row]").querySelectorAll("input")].indexOf(event.target);
  let row = event.target.closest("[data-row]");
  const lines = text.split("\n");
  lines.forEach((line, number) => {
    const inputs = row.querySelectorAll("input");
    line.split("\t").forEach((value, shift) => {
      const input = inputs[place + shift];
      if (input && input.name !== "outcomes") input.value = value.trim();
    });
    if (number < lines.length - 1) row = row.nextElementSibling?.matches("[data-row]") ? row.nextElementSibling : addRow();
  });
  dirty = true;
  sumUp();
});

sumUp();
