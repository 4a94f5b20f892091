/* The way through a test: one step at a time, sections with their own time, no way back where the rules say so.
   Without rules the whole test is one step and nothing here has anything to do. The server decides; this shows. */
export function makeSteps({ page, settle, onReached, onOver }) {
  const rules = JSON.parse(page.dataset.rules);
  const all = [...page.querySelectorAll("[data-step]")];
  const number = (step) => Number(step.dataset.step);
  const sections = rules.sections ?? [];
  const oneByOne = rules.navigation === "one_by_one";
  const back = page.querySelector("[data-back]");
  const next = page.querySelector("[data-next]");
  const clock = page.querySelector("[data-section-time]");
  let floor = Number(page.dataset.reached);
  let at = all[0];
  let end = null; // of the running section, by this page's own counter
  let standing = null;
  if (page.dataset.sectionMs) time(Number(page.dataset.sectionMs), "paused" in page.dataset);
  if (!rules.navigation) return { follow() {}, time() {} };

  const sectionOf = (slot) => sections.find((one) => one.first <= slot && slot <= one.last);
  const open = (step) => number(step) >= floor && (!sections.length || sectionOf(number(step)) === sectionOf(number(at)));
  const neighbour = (by) => all[all.indexOf(at) + by];
  const nextSection = () => all.find((step) => number(step) > number(at) && sectionOf(number(step)) !== sectionOf(number(at)));
  const following = () => (oneByOne ? neighbour(1) : nextSection());
  const left = () => standing ?? (end === null ? null : Math.max(0, end - performance.now()));

  function time(milliseconds, stands) {
    end = milliseconds === null ? null : performance.now() + milliseconds;
    standing = stands ? milliseconds : null;
  }

  function show() {
    for (const step of all) step.hidden = oneByOne ? step !== at : !open(step);
    for (const part of page.querySelectorAll("[data-section]")) part.hidden = sectionOf(number(at))?.first !== Number(part.dataset.section);
    for (const cell of page.querySelectorAll("[data-cell]")) {
      const slot = Number(cell.dataset.cell);
      const shut = slot < floor || (sections.length > 0 && sectionOf(slot) !== sectionOf(number(at)));
      cell.classList.toggle("shut", shut);
      if (shut) cell.removeAttribute("href");
      else cell.href = `#q${slot}`;
    }
    const before = neighbour(-1);
    const after = following();
    back.hidden = !oneByOne || !before || !open(before);
    next.hidden = !after;
    const other = after && sectionOf(number(after)) !== sectionOf(number(at));
    next.textContent = other ? next.dataset.section : next.dataset.next;
    page.querySelector("[data-shut]").hidden = !after || !(other || !rules.way_back);
  }

  function focus() {
    scrollTo(0, 0);
    at.querySelector("[data-slot]")?.focus({ preventScroll: true });
  }

  /* Go on to a step; what is left behind for good is told to the server. */
  function go(step, tell = true) {
    settle();
    const from = sectionOf(number(at));
    at = step;
    const shutBefore = !rules.way_back || sectionOf(number(step)) !== from;
    if (shutBefore && number(step) > floor) {
      floor = number(step);
      if (tell) {
        end = null;
        onReached(floor);
      }
    }
    show();
    focus();
  }

  back.addEventListener("click", () => go(neighbour(-1)));
  next.addEventListener("click", () => {
    const after = following();
    if (after) go(after);
  });
  page.addEventListener("click", (event) => {
    const cell = event.target.closest("[data-cell][href]");
    if (!cell || !oneByOne) return;
    const slot = Number(cell.dataset.cell);
    const step = all.filter((one) => number(one) <= slot).at(-1);
    if (step && step !== at && open(step)) go(step);
  });

  setInterval(() => {
    const rest = left();
    if (!clock) return;
    clock.hidden = rest === null;
    if (rest === null) return;
    const seconds = Math.ceil(rest / 1000);
    const title = sectionOf(number(at))?.title ?? "";
    clock.textContent = `${title} · ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds || standing !== null) return;
    end = null;
    const after = nextSection();
    if (after) go(after);
    else onOver();
  }, 500);

  if (at) show();
  else onOver();

  return {
    /* The server takes answers from this slot on: it may be further than this page knew. */
    follow(slot) {
      if (slot <= floor) return;
      const step = all.filter((one) => number(one) <= slot).at(-1);
      if (slot > Math.max(...all.map((one) => Number([...one.querySelectorAll("[data-slot]")].at(-1).dataset.slot)))) return onOver();
      if (number(step) > number(at)) go(step, false);
      floor = slot;
      show();
    },
    time,
  };
}
