/* Carry what waits to the server, oldest first, and take away only what it has acknowledged. */
import { keyOf } from "./journal.js";
import { sebHeaders } from "./seb.js";

const MOST = 100; // events in one message
const MOST_TEXT = 100000; // characters in one message; the server takes 512 KiB
const MOST_KEPT_ALIVE = 20000; // characters; a browser lets 64 KiB outlive their page and refuses more
const PATIENCE = 15000; // milliseconds for an answer
const WAITS = [1000, 2000, 4000, 8000, 15000];

export const OUTSIDE = "NotAdmitted"; // not from this network or browser: taken as soon as the page is back

export const spread = (milliseconds) => milliseconds * (0.5 + Math.random()); // so that a whole school does not ask at once

/* Post with patience; null when no answer came. */
export async function post(url, token, body) {
  const stop = new AbortController();
  const alarm = setTimeout(() => stop.abort(), PATIENCE);
  try {
    return await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Exam-Token": token, ...sebHeaders() },
      body,
      credentials: "omit", // the token says whose answers these are; no cookie is needed
      keepalive: body.length < MOST_KEPT_ALIVE,
      signal: stop.signal,
    });
  } catch {
    return null;
  } finally {
    clearTimeout(alarm);
  }
}

/* The server's own words; null when something between us and it has answered. */
async function understood(response) {
  try {
    const said = await response.json();
    return Array.isArray(said.saved) || said.kind ? said : null;
  } catch {
    return null;
  }
}

export function makeSender({ attempt, token, journal, onReply, onTrouble }) {
  const { waiting, flying } = journal;
  let tries = 0;
  let timer = 0;
  let going = null;
  let words = ""; // the server's own, when it refuses

  /* Events of the oldest tab that has some; tabs are those of earlier pages of this attempt, then our own. */
  function batch() {
    const tab = waiting.values().next().value?.tab ?? "";
    const records = [];
    let size = 0;
    for (const one of waiting.values()) {
      if (one.tab !== tab) continue;
      size += JSON.stringify(one.response).length + 80;
      if (records.length === MOST || (records.length && size > MOST_TEXT)) break;
      records.push(one);
    }
    return { tab, records };
  }

  async function once() {
    const { tab, records } = batch();
    const events = records.map(({ seq, slot, response, mono, kind }) => ({ seq, slot, response, mono, kind }));
    for (const one of records) flying.add(keyOf(one));
    const response = await post(`/exam/${attempt}/events`, token, JSON.stringify({ tab: tab || "time", events }));
    flying.clear();
    const reply = response && (await understood(response));
    if (!reply || response.status >= 500 || response.status === 429) return "offline";
    words = reply.title;
    if (!reply.saved) return reply.kind === OUTSIDE ? "outside" : "refused";
    if (!(await journal.settle(records, reply)) && records.length) return "offline"; // it answered, but about nothing of ours
    onReply(reply);
    return "sent";
  }

  async function run(ask) {
    clearTimeout(timer);
    for (let first = ask; first || waiting.size; first = false) {
      const outcome = await once();
      if (outcome === "sent") {
        tries = 0;
        continue;
      }
      onTrouble(outcome, words);
      await journal.retry();
      if (outcome !== "refused") {
        timer = setTimeout(() => send(true), spread(WAITS[Math.min(tries, WAITS.length - 1)]));
        tries += 1;
      }
      return false;
    }
    return true;
  }

  /* Send what waits; with `ask` at least ask for the time. Resolves to whether the server answered for all of it. */
  function send(ask = false) {
    going ??= run(ask).finally(() => {
      going = null;
    });
    return going;
  }

  return { send, failures: () => tries };
}
