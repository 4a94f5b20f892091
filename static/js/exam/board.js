/* What the pupil is told: a state for each question, the count that is saved, one notice at a time. */
export function makeBoard(page, texts) {
  const notice = page.querySelector("[data-notice]");
  const words = page.querySelector("[data-notice-text]");
  const saved = page.querySelector("[data-saved]");
  const fill = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
  let lostAt = "";

  function tell(text, look = "wait") {
    if (words.textContent === text && !notice.hidden) return;
    notice.className = `notice ${look}`;
    words.textContent = text;
    notice.hidden = !text;
  }

  /* state: "", "done", "held" or "unsaved". */
  function mark(slot, state) {
    const cell = page.querySelector(`[data-cell="${slot}"]`);
    if (cell) {
      cell.classList.toggle("done", state === "done");
      cell.classList.toggle("held", state === "held" || state === "unsaved");
      cell.querySelector("[data-said]").textContent = texts[state] ?? "";
    }
    const line = page.querySelector(`[data-slot="${slot}"] [data-state]`);
    if (line && line.textContent !== (texts[state] ?? "")) line.textContent = texts[state] ?? "";
  }

  function count(done, held) {
    const badge = document.createElement("span");
    badge.className = `badge ${held ? "wait" : "good"}`;
    badge.textContent = held ? fill(texts.heldCount, { held }) : fill(texts.doneCount, { done });
    if (saved.textContent.trim() !== badge.textContent) saved.replaceChildren(badge);
  }

  function offline(held) {
    if (!lostAt) {
      const now = new Date();
      lostAt = `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`;
    }
    tell(fill(held ? texts.offline : texts.offlineNothing, { at: lostAt, held }));
  }

  function online() {
    if (!lostAt) return;
    lostAt = "";
    tell(texts.back, "good");
    setTimeout(() => words.textContent === texts.back && tell(""), 4000);
  }

  return { tell, mark, count, offline, online, fill };
}
