/* Look at this browser before a test: can it keep answers, what does its clock say, does it reach the server?
   Each check resolves to ["good" | "wait" | "bad", name of the sentence, values for it]. */
import { openStore } from "./store.js";

const A_LONG_ESSAY = 200000; // characters that must find room
const SLOW = 1500; // milliseconds for the smallest answer of the server
const MINUTE = 60000;

async function keeps() {
  const store = await openStore();
  const record = { attempt: "device-check", tab: "try", seq: 1, kind: "try", response: "x".repeat(A_LONG_ESSAY) };
  const kept = await store.put(record);
  await store.drop([record]);
  return kept ? ["good", "keeps"] : ["bad", "keepsNot"];
}

async function tellsTime(now) {
  const minutes = Math.round(Math.abs(Date.now() - now()) / MINUTE);
  return minutes < 2 ? ["good", "clock"] : ["wait", "clockWrong", { minutes }];
}

async function reaches() {
  const began = performance.now();
  try {
    const answer = await fetch("/healthz", { cache: "no-store", credentials: "omit" });
    const milliseconds = Math.round(performance.now() - began);
    if (!answer.ok) return ["bad", "networkAway"];
    return milliseconds < SLOW ? ["good", "network", { milliseconds }] : ["wait", "networkSlow", { milliseconds }];
  } catch {
    return ["bad", "networkAway"];
  }
}

async function isRecent() {
  const has = "BroadcastChannel" in window && "HTMLDialogElement" in window && CSS.supports("selector(:has(a))");
  return has ? ["good", "browser"] : ["wait", "browserOld"];
}

/* Check this device; `now` gives the server's time. `tell` gets each verdict as it comes. */
export function checkDevice(now, tell) {
  for (const [name, check] of Object.entries({ store: keeps, clock: () => tellsTime(now), network: reaches, browser: isRecent })) {
    check().then((verdict) => tell(name, ...verdict));
  }
}
