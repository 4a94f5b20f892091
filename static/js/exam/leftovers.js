/* Deliver what pages of this browser left behind when they crashed or lost the network: answers, and the wish to hand in.
   Each record carries the token of its page; the server says what still counts. */
import { HAND_IN, makeJournal } from "./journal.js";
import { makeSender, post } from "./sender.js";
import { openStore } from "./store.js";

/* `onNews` is told how many answers have arrived, how many still wait, and whether a test was handed in by this. */
export async function deliverLeftovers(onNews) {
  const store = await openStore();
  const attempts = new Map();
  for (const one of store.left) attempts.set(one.attempt, [...(attempts.get(one.attempt) ?? []), one]);
  const state = { arrived: 0, waiting: 0, handedIn: false };
  const tell = (change) => onNews(Object.assign(state, change));
  for (const [attempt, records] of attempts) deliver(store, attempt, records, state, tell);
}

function deliver(store, attempt, records, state, tell) {
  const answers = records.filter((one) => one.kind !== HAND_IN);
  const sealed = records.find((one) => one.kind === HAND_IN);
  const token = records[records.length - 1].token;
  const clock = { elapsed: () => 1 };
  const journal = makeJournal({ attempt, token, tab: "leftovers", store, clock, first: 1, onChange() {} });
  journal.absorb(answers);
  let waiting = answers.length;
  tell({ waiting: state.waiting + waiting });

  const sender = makeSender({ attempt, token, journal, onReply: settled, onTrouble() {} });

  async function settled() {
    const arrived = waiting - journal.waiting.size;
    waiting = journal.waiting.size;
    tell({ arrived: state.arrived + arrived, waiting: state.waiting - arrived });
    if (waiting || !sealed) return;
    const answer = await post(`/exam/${attempt}/finish`, token, "");
    if (!answer?.ok && answer?.status !== 409) return; // the wish stays for the next page
    await store.drop([sealed]);
    tell({ handedIn: answer.ok });
  }

  sender.send(true);
}
