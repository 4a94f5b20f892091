/* Carry what waits to the server, oldest first, and take away only what it has acknowledged. */
const MOST = 100; // events in one message
const PATIENCE = 15000; // milliseconds for an answer
const WAITS = [1000, 2000, 4000, 8000, 15000];

export function makeSender({ url, token, store, waiting, onReply, onTrouble, onRefused }) {
  let tries = 0;
  let timer = 0;
  let going = null;

  /* Events of the oldest tab that has some; tabs are those of earlier pages of this attempt, then our own. */
  function batch() {
    const first = waiting.values().next().value;
    if (!first) return { tab: "", records: [] };
    const records = [...waiting.values()].filter((one) => one.tab === first.tab).slice(0, MOST);
    return { tab: first.tab, records };
  }

  async function post(tab, records) {
    const events = records.map(({ seq, slot, response, mono, kind }) => ({ seq, slot, response, mono, kind }));
    const body = JSON.stringify({ tab: tab || "time", events });
    const stop = new AbortController();
    const alarm = setTimeout(() => stop.abort(), PATIENCE);
    try {
      return await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Exam-Token": token },
        body,
        credentials: "omit", // the token says whose answers these are; no cookie is needed
        keepalive: body.length < 60000,
        signal: stop.signal,
      });
    } finally {
      clearTimeout(alarm);
    }
  }

  async function once() {
    const { tab, records } = batch();
    const asked = performance.now();
    let response;
    try {
      response = await post(tab, records);
    } catch {
      return "offline";
    }
    if (response.status !== 200 && response.status !== 422) return response.status >= 500 || response.status === 429 ? "offline" : "refused";
    let reply;
    try {
      reply = await response.json();
    } catch {
      return "offline";
    }
    if (!Array.isArray(reply.saved)) return "refused";
    const settled = [...reply.saved.map(([seq]) => seq), ...reply.refused];
    for (const seq of settled) waiting.delete(`${tab}/${seq}`);
    await store.drop(tab, settled);
    if (reply.refused.length) onRefused(records.filter((one) => reply.refused.includes(one.seq)));
    onReply(reply, performance.now() - asked);
    return "sent";
  }

  async function run(ask) {
    clearTimeout(timer);
    let first = true;
    while (first ? waiting.size || ask : waiting.size) {
      first = false;
      const outcome = await once();
      if (outcome === "sent") {
        tries = 0;
        continue;
      }
      onTrouble(outcome);
      if (outcome === "offline") {
        const wait = WAITS[Math.min(tries, WAITS.length - 1)] * (0.8 + Math.random() * 0.4);
        tries += 1;
        timer = setTimeout(() => send(true), wait);
      }
      return false;
    }
    return true;
  }

  /* Send what waits; with `ask` at least ask for the time. Resolves to whether everything has arrived. */
  function send(ask = false) {
    going ??= run(ask).finally(() => {
      going = null;
    });
    return going;
  }

  return { send };
}
