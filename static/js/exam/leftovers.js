/* Deliver what pages of this browser left behind when they crashed or lost the network: answers, and the wish to hand in.
   Each record carries the token of its page; the server says what still counts. */
import { HAND_IN, makeJournal } from "./journal.js";
import { post, makeSender } from "./sender.js";
import { openStore } from "./store.js";

/* Resolves to how many answers were delivered and how many still wait. */
export async function deliverLeftovers() {
  const store = await openStore();
  const found = { delivered: 0, waiting: 0 };
  const pages = Map.groupBy ? Map.groupBy(store.left, (one) => one.attempt) : grouped(store.left);
  for (const [attempt, records] of pages) await deliver(store, attempt, records, found);
  return found;
}

function grouped(records) {
  const groups = new Map();
  for (const one of records) groups.set(one.attempt, [...(groups.get(one.attempt) ?? []), one]);
  return groups;
}

async function deliver(store, attempt, records, found) {
  const answers = records.filter((one) => one.kind !== HAND_IN);
  const sealed = records.find((one) => one.kind === HAND_IN);
  const token = records[records.length - 1].token;
  const clock = { elapsed: () => 1 };
  const journal = makeJournal({ attempt, token, tab: "leftovers", store, clock, first: 1, onChange() {} });
  journal.absorb(answers);
  const sender = makeSender({ attempt, token, journal, onReply() {}, onTrouble() {} });
  const arrived = await sender.send();
  found.delivered += answers.length - journal.waiting.size;
  found.waiting += journal.waiting.size;
  if (!arrived || !sealed) return;
  const answer = await post(`/exam/${attempt}/finish`, token, "");
  if (answer && answer.status < 500 && answer.status !== 429) await store.drop([sealed]);
}
