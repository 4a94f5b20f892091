/* Hand in: first everything that waits, then the word. The wish is sealed on this device and outlives the page; without
   it the server closes the attempt at the deadline all the same. */
import { OUTSIDE, post, spread } from "./sender.js";

const AT_THE_BELL = 5000; // milliseconds over which a school's pages hand in; their answers are sent before
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15000;

const pause = (milliseconds) => new Promise((go) => setTimeout(go, milliseconds));

export function makeEnding({ attempt, token, store, journal, sender, clock, onDone, onWait, onMoreTime, onRefused }) {
  let ending = false;

  /* Post the word; true when there is nothing more to do here. */
  async function handIn(sealed) {
    const answer = await post(`/exam/${attempt}/finish`, token, "");
    if (!answer || answer.status === 429 || answer.status >= 500) return false;
    let said;
    try {
      said = await answer.json();
    } catch {
      return false; // not the server's own words
    }
    if ((!said.receipt && !said.kind) || said.kind === OUTSIDE) return false;
    if (sealed && (said.receipt || answer.status === 409)) await store.drop([sealed]);
    if (said.receipt) onDone(said);
    else onRefused(answer.status);
    return true;
  }

  /* `sealed`: the wish to hand in, as the journal keeps it; null at the bell, which may yet turn out to be early. */
  async function end(sealed) {
    if (ending) return;
    ending = true;
    let due = sealed || clock.left() > 0 ? 0 : Math.random() * AT_THE_BELL;
    for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      const arrived = (await sender.send(true)) && !journal.waiting.size;
      if (!ending) return; // another page or device goes on
      if (arrived && !sealed && clock.left() > 0 && !clock.closed()) {
        ending = false;
        return onMoreTime();
      }
      if (arrived) {
        await pause(due);
        due = 0;
        if (await handIn(sealed)) return;
      }
      onWait();
      await pause(spread(wait));
    }
  }

  return { end, stop: () => (ending = false), going: () => ending };
}
