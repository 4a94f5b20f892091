/* A round of practice without reloading: one question at a time, checked by the server, which alone knows what is right.
   What was answered and not yet checked is kept on this device. Without this script the page is a list of plain forms. */
import { isAnswered, read, write } from "./exam/answers.js";

const page = document.querySelector("[data-practice]");
const place = (slot) => `practice:${page.dataset.practice}:${slot}`;

/* A browser may refuse to keep anything; the page then works without. */
function kept(act) {
  try {
    return act(localStorage);
  } catch {
    return null;
  }
}

const keep = (slot, response) => kept((shelf) => shelf.setItem(place(slot), JSON.stringify(response)));
const forget = (slot) => kept((shelf) => shelf.removeItem(place(slot)));
const recall = (slot) => JSON.parse(kept((shelf) => shelf.getItem(place(slot))) ?? "null");

const slotOf = (section) => section.dataset.slot;
const questionOf = (section) => section.querySelector("[data-question]");

function restore(section) {
  const slot = slotOf(section);
  if (!section.querySelector("[data-try]")) return forget(slot);
  const response = recall(slot);
  if (response) write(questionOf(section), response);
}

const places = () => [...page.querySelectorAll(":scope > .slot")];
const named = () => places().find((one) => `#${one.id}` === location.hash);
const nextOpen = () => places().find((one) => one.querySelector("[data-try]")) ?? places().at(-1);

function show(here) {
  for (const one of places()) one.hidden = one !== here;
  for (const link of page.querySelectorAll("[data-board] a")) {
    const current = link.hash === `#${here.id}`;
    link.classList.toggle("here", current);
    if (current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function tell(text) {
  page.querySelector("[data-trouble-text]").textContent = text;
  page.querySelector("[data-trouble]").hidden = !text;
}

/* The style of formulas comes with the first text that has one: the page itself does not say what it hides. */
function styleFormulas(part) {
  const { maths } = page.dataset;
  if (!part.querySelector("math") || document.querySelector(`link[href="${maths}"]`)) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: maths }));
}

async function act(form, button) {
  const section = form.closest("[data-slot]");
  const data = new FormData(form);
  data.set(button.name, button.value);
  const pressed = [...form.querySelectorAll("button")];
  for (const one of pressed) one.disabled = true;
  try {
    const response = await fetch(form.action, { method: "POST", body: data, headers: { "X-Gieo-Part": "question" } });
    if (!response.ok && response.status !== 422) throw new Error(String(response.status));
    put(section, await response.text());
    tell("");
  } catch (trouble) {
    const refused = /^4\d\d$/.test(trouble.message);
    tell(refused ? page.dataset.stale : page.dataset.offline);
    page.querySelector("[data-trouble]").scrollIntoView({ block: "nearest" });
    for (const one of pressed) one.disabled = false;
  }
}

function put(section, html) {
  const part = document.createRange().createContextualFragment(html);
  const fresh = part.querySelector("[data-slot]");
  styleFormulas(part);
  page.querySelector("[data-board]").replaceWith(part.querySelector("[data-board]"));
  section.replaceWith(fresh);
  restore(fresh);
  show(fresh);
  fresh.focus({ preventScroll: true });
}

function start() {
  for (const section of page.querySelectorAll("[data-slot]")) restore(section);
  page.addEventListener("input", ({ target }) => {
    const section = target.closest("[data-slot]");
    const response = section && read(questionOf(section));
    if (response === undefined || !section) return;
    if (isAnswered(response)) keep(slotOf(section), response);
    else forget(slotOf(section));
  });
  page.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-try]")) return;
    event.preventDefault();
    event.stopPropagation(); // the form stays on this page, and is not on its way to another one
    act(event.target, event.submitter ?? event.target.querySelector("[value=check]"));
  });
  addEventListener("hashchange", () => {
    const here = named();
    if (!here) return;
    show(here);
    here.focus({ preventScroll: true });
    page.scrollIntoView({ block: "start" });
  });
  addEventListener("online", () => {
    if (!page.querySelector("[data-trouble]").hidden) tell(page.dataset.back);
  });
  show(named() ?? nextOpen());
}

if (page) start();
