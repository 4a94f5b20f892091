/* What was changed and where each change is: in memory alone, kept on this device, or on the server. */
import { isAnswered } from "./answers.js";

export const HAND_IN = "finish"; // the kind of record that keeps the wish to hand in; it is no event of the server's
const PATIENCE = 1500; // milliseconds for the device to keep a change before it is sent without

export const keyOf = (record) => `${record.tab}/${record.seq}`;
const pause = () => new Promise((go) => setTimeout(go, PATIENCE));

export function makeJournal({ attempt, token, tab, store, clock, first, onChange }) {
  const waiting = new Map(); // key → record, in the order of making
  const unkept = new Set(); // keys of records that live in memory only
  const flying = new Set(); // keys of records on their way to the server
  const shown = new Map(); // slot → {text, seq}: the response that the page shows, as JSON, and when it was given
  const refused = new Set(); // slots whose last answer the server could not take
  const aside = new Set(); // slots whose last answer the server keeps without counting it
  let seq = first - 1;

  const make = (kind, slot, response) => {
    seq = Math.max(seq + 1, clock.elapsed());
    return { attempt, tab, seq, kind, slot, response, mono: Math.floor(performance.now()), token };
  };

  async function put(record) {
    if (!(await store.put(record))) return;
    unkept.delete(keyOf(record));
    if (!waiting.has(keyOf(record))) await store.drop([record]); // acknowledged meanwhile
    onChange();
  }

  /* A text that has grown on makes its own earlier states superfluous, unless they are on their way already. */
  function supersede(newer) {
    const older = [...waiting.values()].filter(
      (one) => one !== newer && one.slot === newer.slot && one.tab === tab && !flying.has(keyOf(one)),
    );
    for (const one of older) waiting.delete(keyOf(one));
    return store.drop(older);
  }

  /* Keep a change; resolves once it may be sent: it is on this device, or the device cannot keep it. */
  async function keep(kind, slot, response, typed = false) {
    const record = make(kind, slot, response);
    waiting.set(keyOf(record), record);
    unkept.add(keyOf(record));
    if (slot) {
      shown.set(slot, { text: JSON.stringify(response), seq });
      refused.delete(slot);
      aside.delete(slot);
    }
    const kept = put(record).then(() => typed && !unkept.has(keyOf(record)) && supersede(record));
    await Promise.race([kept, pause()]);
  }

  return {
    waiting,
    flying,
    keep,
    shows: (slot, text, at) => shown.set(slot, { text, seq: at }),
    textOf: (slot) => shown.get(slot)?.text,
    answered: (slot) => isAnswered(JSON.parse(shown.get(slot)?.text ?? "null")),
    unkept: () => [...waiting.keys()].filter((key) => unkept.has(key)).length,
    held: () => new Set([...waiting.values()].filter((one) => one.slot).map((one) => one.slot)).size,

    /* Take records of earlier pages; returns those that are newer than what the page shows. */
    absorb(records) {
      const newer = [];
      for (const record of records) {
        waiting.set(keyOf(record), record);
        seq = Math.max(seq, record.seq);
        if (record.seq <= (shown.get(record.slot)?.seq ?? 0)) continue;
        shown.set(record.slot, { text: JSON.stringify(record.response), seq: record.seq });
        newer.push(record);
      }
      return newer;
    },

    /* Take away what the server has stored or can never take. */
    async settle(records, reply) {
      const standing = new Map(reply.saved);
      const gone = records.filter((one) => standing.has(one.seq) || reply.refused.includes(one.seq));
      for (const one of gone) {
        waiting.delete(keyOf(one));
        unkept.delete(keyOf(one));
        if (!one.slot || one.seq < (shown.get(one.slot)?.seq ?? 0)) continue;
        if (!standing.has(one.seq)) refused.add(one.slot);
        else if (standing.get(one.seq) !== "applied") aside.add(one.slot);
      }
      await store.drop(gone);
      return gone.length;
    },

    /* Try again to keep what the device had no room for. */
    async retry() {
      for (const record of [...waiting.values()].filter((one) => unkept.has(keyOf(one)))) await put(record);
    },

    /* "": nothing answered, "done": on the server, "held": on this device, "unsaved": neither, "aside": not counted. */
    stateOf(slot) {
      if (refused.has(slot)) return "unsaved";
      let state = this.answered(slot) ? "done" : "";
      if (aside.has(slot)) state = "aside";
      for (const [key, record] of waiting) if (record.slot === slot) state = unkept.has(key) ? "unsaved" : "held";
      return state;
    },

    /* Remember on this device that the pupil wants to hand in; the record outlives the page. */
    async seal() {
      const record = make(HAND_IN, null, null);
      await Promise.race([store.put(record), pause()]);
      return record;
    },
  };
}
