/* What the pupil is told: a state for each question, the count that is saved, one notice at a time, the receipt. */
export function makeBoard(page, texts, clock) {
  const notice = page.querySelector("[data-notice]");
  const words = page.querySelector("[data-notice-text]");
  const again = page.querySelector("[data-again]");
  const saved = page.querySelector("[data-saved]");
  const fill = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
  let lostAt = "";

  /* `over`: nothing can be written on this page until it is loaded anew. */
  function tell(text, look = "wait", over = false) {
    again.hidden = !over;
    if (words.textContent === text && !notice.hidden) return;
    notice.className = `notice ${look}`;
    words.textContent = text;
    notice.hidden = !text;
  }

  /* state: "", "writing", "done", "held", "unsaved" or "aside". */
  function mark(slot, state) {
    const said = texts[state] ?? "";
    const cell = page.querySelector(`[data-cell="${slot}"]`);
    if (cell && state !== "writing") {
      for (const look of ["done", "held", "unsaved", "aside"]) cell.classList.toggle(look, state === look);
      cell.querySelector("[data-said]").textContent = said;
    }
    const line = page.querySelector(`[data-slot="${slot}"] [data-state]`);
    if (line && line.textContent !== said) line.textContent = said;
  }

  function count(done, held, unsaved) {
    const badge = document.createElement("span");
    badge.className = `badge ${unsaved ? "bad" : held ? "wait" : "good"}`;
    badge.textContent = unsaved ? fill(texts.unsavedCount, { unsaved }) : held ? fill(texts.heldCount, { held }) : fill(texts.doneCount, { done });
    if (saved.textContent.trim() !== badge.textContent) saved.replaceChildren(badge);
  }

  function offline(held, unsaved) {
    lostAt ||= clock.timeOfDay();
    const text = unsaved ? texts.offlineUnsaved : held ? texts.offline : texts.offlineNothing;
    tell(fill(text, { at: lostAt, held, unsaved }), unsaved ? "bad" : "wait");
  }

  function online() {
    if (!lostAt) return;
    lostAt = "";
    tell(texts.back, "good");
    setTimeout(() => words.textContent === texts.back && tell(""), 4000);
  }

  /* The receipt in the place of the test: it needs no further request and no sign-in. */
  function done(receipt) {
    const main = page.querySelector("main");
    main.replaceChildren(page.querySelector("[data-handed-in]").content.cloneNode(true));
    for (const place of main.querySelectorAll("[data-fact]")) place.textContent = receipt[place.dataset.fact];
    for (const place of main.querySelectorAll("[data-by]")) place.hidden = (place.dataset.by === "pupil") !== (receipt.by === "pupil");
    for (const part of page.querySelectorAll("aside, footer, [data-time], [data-saved]")) part.remove();
    history.replaceState(null, "", receipt.url);
    scrollTo(0, 0);
    main.focus();
  }

  return { tell, mark, count, offline, online, done, fill };
}
