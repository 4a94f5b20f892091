/* Tell when a question has changed: a click at once, typing when it pauses and every few seconds of it. */
const PAUSE = 700; // milliseconds after the last key
const LONGEST = 4000; // milliseconds of typing without a pause

export function watchTyping(form, { onChange, onTyping }) {
  const pending = new Map(); // section → {timer, since}

  function settle(section, typed = false) {
    typed ||= pending.has(section);
    clearTimeout(pending.get(section)?.timer);
    pending.delete(section);
    onChange(section, typed);
  }

  function later(section) {
    const since = pending.get(section)?.since ?? performance.now();
    clearTimeout(pending.get(section)?.timer);
    const wait = Math.min(PAUSE, Math.max(0, since + LONGEST - performance.now()));
    pending.set(section, { since, timer: setTimeout(() => settle(section), wait) });
    onTyping(section);
  }

  form.addEventListener("input", (event) => {
    const section = event.target.closest("[data-question]");
    if (!section) return;
    if (event.target.matches("textarea, input:not([type=radio]):not([type=checkbox])")) later(section);
    else settle(section);
  });
  form.addEventListener("change", (event) => {
    const section = event.target.closest("[data-question]");
    if (section) settle(section);
  });

  return {
    settle,
    has: (section) => pending.has(section),
    settleAll: () => [...pending.keys()].forEach((section) => settle(section)),
  };
}
