/* The page of a running test. Every change is first kept on this device, then sent; only what the server acknowledged
   is taken away here. Without this script the page is a plain form with a save button. */
import { isAnswered, read, write } from "./exam/answers.js";
import { makeBoard } from "./exam/board.js";
import { makeClock } from "./exam/clock.js";
import { makePulse } from "./exam/flow.js";
import { makeSender } from "./exam/sender.js";
import { openStore } from "./exam/store.js";

const TYPING = 700; // milliseconds after the last key
const AWAY = 1500; // milliseconds out of sight that are worth a line

async function main(page) {
  const { attempt, token, remaining, elapsed, nextSeq, ask } = page.dataset;
  const texts = JSON.parse(page.querySelector("[data-texts]").textContent);
  const form = page.querySelector("[data-answers]");
  const tab = Math.random().toString(36).slice(2, 10);
  const board = makeBoard(page, texts);
  const store = await openStore(attempt);
  for (const image of page.querySelectorAll("img[loading=lazy]")) image.loading = "eager"; // the network may be gone later
  const waiting = new Map(); // "tab/seq" → record, in the order of making
  const unsaved = new Set(); // keys of records that live in memory only
  const refused = new Set(); // slots whose last answer the server could not take
  const last = new Map(); // slot → JSON of the last response kept
  const slots = new Map([...form.querySelectorAll("[data-slot]")].map((one) => [Number(one.dataset.slot), one.querySelector("[data-question]")]));
  let seq = Number(nextSeq) - 1;
  let ending = false;
  let locked = false;

  const clock = makeClock({
    element: page.querySelector("[data-time]"),
    remaining: Number(remaining),
    elapsed: Number(elapsed),
    onEnd: () => finish(true),
    onMinutes: (minutes) => board.tell(board.fill(texts.minutes, { minutes })),
    onGap: () => sender.send(true),
  });

  const sender = makeSender({
    url: `/exam/${attempt}/events`,
    token,
    store,
    waiting,
    onReply(reply) {
      board.online();
      pulse.hear(reply);
      stand(reply);
    },
    onTrouble(kind) {
      if (kind === "refused") lock(texts.reload);
      else board.offline(held().size);
      show();
    },
    onRefused: (records) => records.forEach((one) => one.slot && refused.add(one.slot)),
  });

  const pulse = makePulse({
    url: `/exam/${attempt}/pulse`,
    token,
    ask: Number(ask),
    onNews: (reply) => stand(reply),
    onTrouble: () => sender.send(true), // which tells the pupil, and goes on trying
  });

  /* How the attempt stands, by a reply of the server. */
  function stand(reply) {
    clock.set(reply.remaining_ms, reply.paused);
    if (reply.state !== "open") return leave();
    if (!reply.here) lock(texts.otherDevice);
    pause(reply.paused);
    show();
  }

  /* While the clock stands the questions rest under a word about it; what was typed until then is sent. */
  function pause(stands) {
    const fields = page.querySelector("[data-fields]");
    if (fields.disabled === stands) return;
    if (stands) {
      settleAll();
      sender.send();
    }
    fields.disabled = stands;
    page.querySelector("[data-pause]").hidden = !stands;
    page.querySelector("[data-hand-in]").disabled = stands;
    if (stands) document.querySelector("#hand-in").close();
  }

  const held = () => new Set([...waiting.values()].filter((one) => one.slot).map((one) => one.slot));

  function stateOf(slot) {
    let state = isAnswered(JSON.parse(last.get(slot) ?? "null")) ? "done" : "";
    for (const [key, record] of waiting) if (record.slot === slot) state = unsaved.has(key) ? "unsaved" : "held";
    return refused.has(slot) ? "unsaved" : state;
  }

  function show() {
    let done = 0;
    for (const slot of slots.keys()) {
      const state = stateOf(slot);
      done += state === "done";
      board.mark(slot, state);
    }
    board.count(done, held().size);
  }

  async function keep(kind, slot, response) {
    seq = Math.max(seq + 1, clock.elapsed());
    const record = { attempt, tab, seq, kind, slot, response, mono: Math.floor(performance.now()) };
    const key = `${tab}/${seq}`;
    waiting.set(key, record);
    unsaved.add(key);
    if (await store.put(record)) unsaved.delete(key);
    if (slot) show();
  }

  function changed(section) {
    const slot = Number(section.closest("[data-slot]").dataset.slot);
    const response = read(section);
    const text = JSON.stringify(response);
    if (locked || response === undefined || last.get(slot) === text) return;
    last.set(slot, text);
    refused.delete(slot);
    keep("answer", slot, response).then(() => sender.send());
  }

  const typing = new Map();
  function later(section) {
    clearTimeout(typing.get(section));
    typing.set(section, setTimeout(() => settle(section), TYPING));
  }
  function settle(section) {
    clearTimeout(typing.get(section));
    typing.delete(section);
    changed(section);
  }
  const settleAll = () => [...typing.keys()].forEach(settle);

  form.addEventListener("input", (event) => {
    const section = event.target.closest("[data-question]");
    if (!section) return;
    if (event.target.matches("textarea, input:not([type=radio]):not([type=checkbox])")) later(section);
    else changed(section);
  });
  form.addEventListener("change", (event) => {
    const section = event.target.closest("[data-question]");
    if (section) settle(section);
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  function lock(text) {
    locked = true;
    for (const one of form.elements) one.disabled = true;
    board.tell(text);
  }

  function leave() {
    ending = true;
    location.replace(`/exam/${attempt}/receipt`);
  }

  /* Hand in: first everything that waits, then the word. Tried again until the server has both. */
  async function finish(bell) {
    settleAll();
    if (ending) return;
    ending = true;
    board.tell(bell ? texts.bell : texts.handingIn, "info");
    for (let wait = 1000; ; wait = Math.min(wait * 2, 10000)) {
      try {
        if (await sender.send()) {
          const answer = await fetch(`/exam/${attempt}/finish`, {
            method: "POST",
            headers: { "X-Exam-Token": token },
            credentials: "omit",
          });
          if (answer.ok) return leave();
        }
      } catch {
        /* no network: told below, tried again */
      }
      board.tell(board.fill(texts.notHandedIn, { held: held().size }));
      await new Promise((go) => setTimeout(go, wait));
    }
  }

  const dialog = page.querySelector("#hand-in");
  page.querySelector("[data-hand-in]").addEventListener("click", () => {
    settleAll();
    const open = [...slots].filter(([slot, section]) => read(section) !== undefined && !isAnswered(JSON.parse(last.get(slot) ?? "null"))).length;
    page.querySelector("[data-unanswered]").textContent = open ? board.fill(texts.open, { open }) : texts.allDone;
    dialog.showModal();
  });
  dialog.addEventListener("close", () => dialog.returnValue === "yes" && finish(false));

  let hiddenAt = 0;
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      hiddenAt = performance.now();
      settleAll();
      sender.send();
    } else if (hiddenAt) {
      const away = Math.round(performance.now() - hiddenAt);
      hiddenAt = 0;
      if (away > AWAY && !ending) keep("left", null, away).then(() => sender.send(true));
    }
  });
  addEventListener("online", () => sender.send(true));
  addEventListener("offline", () => board.offline(held().size));
  addEventListener("pageshow", (event) => event.persisted && sender.send(true));
  addEventListener("beforeunload", (event) => {
    settleAll();
    if (unsaved.size && !ending) event.preventDefault();
  });

  if ("BroadcastChannel" in window) {
    const tabs = new BroadcastChannel(`gieo-exam/${attempt}`);
    tabs.addEventListener("message", () => lock(texts.otherTab));
    tabs.postMessage(tab);
  }

  // What the server has stands in the page already; what an earlier page left behind is newer.
  for (const [slot, section] of slots) last.set(slot, JSON.stringify(read(section) ?? null));
  for (const record of store.kept.sort((one, other) => one.seq - other.seq)) {
    waiting.set(`${record.tab}/${record.seq}`, record);
    seq = Math.max(seq, record.seq);
    const section = slots.get(record.slot);
    if (!section) continue;
    write(section, record.response);
    last.set(record.slot, JSON.stringify(record.response));
  }
  show();
  if ("paused" in page.dataset) clock.set(Number(remaining), true);
  if (waiting.size) sender.send();
  page.dataset.ready = tab;
}

main(document.querySelector("[data-exam]"));
