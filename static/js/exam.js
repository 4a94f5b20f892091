/* The page of a running test. Every change is first kept on this device, then sent; only what the server acknowledged
   is taken away here. Without this script the page is a plain form with a save button. */
import { read, write } from "./exam/answers.js";
import { makeBoard } from "./exam/board.js";
import { makeClock } from "./exam/clock.js";
import { makeEnding } from "./exam/ending.js";
import { makePulse } from "./exam/flow.js";
import { HAND_IN, makeJournal } from "./exam/journal.js";
import { sebKeys } from "./exam/seb.js";
import { makeRescue } from "./exam/rescue.js";
import { makeSender } from "./exam/sender.js";
import { makeSteps } from "./exam/steps.js";
import { openStore } from "./exam/store.js";
import { makeTabs } from "./exam/tabs.js";
import { watchTyping } from "./exam/typing.js";

const AWAY = 1500; // milliseconds out of sight that are worth a line
const TRIES_BEFORE_RESCUE = 3;
const BACK_ONLINE = 1000; // milliseconds over which the pages of a room send when their network is back

async function main(page) {
  const { attempt, token, nextSeq, ask } = page.dataset;
  const texts = JSON.parse(page.querySelector("[data-texts]").textContent);
  const form = page.querySelector("[data-answers]");
  const fields = form.querySelector("[data-lock]");
  const tab = Math.random().toString(36).slice(2, 10);
  const sections = new Map([...form.querySelectorAll("[data-slot]")].map((one) => [Number(one.dataset.slot), one.querySelector("[data-question]")]));
  const slotOf = (section) => Number(section.closest("[data-slot]").dataset.slot);
  let lost = false; // another page or device writes now, or the server knows this page no more
  let stale = false; // the page came back from the browser's memory: what it shows may be old

  // The page may be the answer to the press of the button: from here on it is one that can be loaded again.
  if (location.pathname.endsWith("/start")) history.replaceState(null, "", `/exam/${attempt}`);
  await sebKeys();
  const store = await openStore();
  const clock = makeClock(page, {
    onEnd: () => stop(texts.bell),
    onMinutes: (minutes) => board.tell(board.fill(texts.minutes, { minutes })),
    onGap: () => sender.send(true),
  });
  const board = makeBoard(page, texts, clock);
  const journal = makeJournal({ attempt, token, tab, store, clock, first: Number(nextSeq), onChange: show });

  const sender = makeSender({
    attempt,
    token,
    journal,
    onReply(reply) {
      if (!lost) board.online();
      rescue.offer(journal.waiting.size > 0);
      if (stale && !journal.waiting.size) return location.reload();
      pulse.hear(reply);
      stand(reply);
    },
    onTrouble(kind, words) {
      if (kind === "refused") lose(texts.reload);
      if (kind === "outside") board.tell(words);
      else tellOffline();
      if (kind !== "offline" || sender.failures() >= TRIES_BEFORE_RESCUE) rescue.offer(journal.waiting.size > 0);
      show();
    },
  });
  const rescue = makeRescue(page, { attempt, token, journal, clock, onSaved: (name) => board.tell(board.fill(texts.rescued, { name }), "info") });

  const pulse = makePulse({
    url: `/exam/${attempt}/pulse`,
    token,
    ask: Number(ask),
    onNews: stand,
    onTrouble: () => sender.send(true), // which tells the pupil, and goes on trying
  });

  const ending = makeEnding({
    attempt,
    token,
    store,
    journal,
    sender,
    clock,
    onDone: (receipt) => board.done({ ...receipt, answered: [...sections.keys()].filter(journal.answered).length }),
    onWait: () => board.tell(board.fill(texts.notHandedIn, { held: journal.held() })),
    onRefused: (status) => lose(status === 409 ? texts.otherDevice : texts.reload),
    onMoreTime() {
      fields.disabled = false;
      board.tell(texts.moreTime, "info");
    },
  });

  const tabs = makeTabs({
    attempt,
    tab,
    onLost: () => lose(texts.otherTab),
    yieldRecords: () => [...journal.waiting.values()],
    onRecords: take,
  });

  const typing = watchTyping(form, {
    onTyping: show,
    onChange(section, typed) {
      const response = read(section);
      if (response !== undefined && journal.textOf(slotOf(section)) !== JSON.stringify(response)) {
        journal.keep("answer", slotOf(section), response, typed).then(() => sender.send());
      }
      show();
    },
  });

  const steps = makeSteps({
    page,
    settle: typing.settleAll,
    onReached: (slot) => journal.keep("reached", null, slot).then(() => sender.send()),
    onOver: async () => stop(texts.bell, await journal.seal()), // nothing is left that could be answered
  });

  /* How the attempt stands, by a reply of the server. */
  function stand(reply) {
    clock.set(reply);
    if (!reply.here) lose(texts.otherDevice);
    else if (reply.state !== "open") stop(texts.bell);
    else {
      steps.time(reply.section_ms, reply.paused);
      steps.follow(reply.reached);
      pause(reply.paused);
    }
    show();
  }

  /* While the clock stands the questions rest under a word about it; what was typed until then is sent. */
  function pause(stands) {
    const resting = page.querySelector("[data-fields]");
    if (resting.disabled === stands) return;
    if (stands) {
      typing.settleAll();
      sender.send();
    }
    resting.disabled = stands;
    page.querySelector("[data-pause]").hidden = !stands;
    page.querySelector("[data-hand-in]").disabled = stands;
    if (stands) dialog.close();
  }

  function show() {
    let done = Number(page.dataset.behind); // answers to questions that this page does not show any more
    for (const [slot, section] of sections) {
      const state = typing.has(section) ? "writing" : journal.stateOf(slot);
      done += state === "done" || (state === "writing" && journal.answered(slot));
      board.mark(slot, state);
    }
    board.count(done, journal.held(), journal.unkept());
  }

  function tellOffline() {
    if (!lost && !ending.going()) board.offline(journal.held(), journal.unkept());
  }

  /* Take what other pages of this browser hold, and show what of it is newer. */
  function take(records) {
    for (const { slot, response } of journal.absorb(records)) if (sections.has(slot)) write(sections.get(slot), response);
    show();
    sender.send();
  }

  /* Write nothing more here; what waits is still sent. */
  function lose(text) {
    if (lost) return;
    typing.settleAll();
    lost = true;
    fields.disabled = true;
    ending.stop();
    board.tell(text, "wait", true);
  }

  /* Stop working and hand in; `sealed` is the pupil's wish, without it the time is up. */
  function stop(text, sealed = null) {
    if (lost) return;
    typing.settleAll();
    fields.disabled = true;
    if (!ending.going()) board.tell(text, "info");
    ending.end(sealed);
  }

  const dialog = page.querySelector("#hand-in");
  page.querySelector("[data-hand-in]").addEventListener("click", () => {
    if (fields.disabled) return;
    typing.settleAll();
    const open = [...sections].filter(([slot, section]) => read(section) !== undefined && !journal.answered(slot)).length;
    page.querySelector("[data-unanswered]").textContent = open ? board.fill(texts.open, { open }) : texts.allDone;
    dialog.showModal();
  });
  dialog.addEventListener("close", async () => {
    if (dialog.returnValue === "yes" && !fields.disabled) stop(texts.handingIn, await journal.seal());
  });

  let hiddenAt = 0;
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      hiddenAt = performance.now();
      typing.settleAll();
      sender.send();
    } else if (hiddenAt) {
      const away = Math.round(performance.now() - hiddenAt);
      hiddenAt = 0;
      if (away > AWAY && !fields.disabled) journal.keep("left", null, away).then(() => sender.send(true));
    }
  });
  addEventListener("online", () => setTimeout(() => sender.send(true), Math.random() * BACK_ONLINE));
  addEventListener("offline", () => tellOffline());
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    stale = true;
    tabs.claim();
    sender.send(true);
  });
  addEventListener("beforeunload", (event) => {
    typing.settleAll();
    if (journal.unkept()) event.preventDefault();
  });
  page.querySelector("[data-again]").addEventListener("click", async () => {
    if (await sender.send(true)) location.reload();
  });

  /* What the server has is what the page was made with; somebody may have clicked before this script was here. What an
     earlier page left behind counts where it is newer than what the server has. */
  const early = [...sections.values()].map((section) => [section, read(section)]);
  form.reset();
  const seqs = JSON.parse(page.dataset.seqs);
  for (const [slot, section] of sections) journal.shows(slot, JSON.stringify(read(section) ?? null), seqs[slot] ?? 0);
  const clicked = early.filter(([section, response]) => JSON.stringify(response ?? null) !== journal.textOf(slotOf(section)));
  const mine = store.left.filter((one) => one.attempt === attempt);
  take(mine.filter((one) => one.kind !== HAND_IN));
  for (const [section, response] of clicked) {
    write(section, response);
    typing.settle(section);
  }
  tabs.claim();
  page.dataset.ready = tab;
  const sealed = mine.find((one) => one.kind === HAND_IN);
  if (sealed) stop(texts.handingIn, sealed);
}

main(document.querySelector("[data-exam]"));
