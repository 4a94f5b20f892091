/* Before and after a test: wait for it to open, look at the device, fetch beforehand what its page needs, and deliver
   what an earlier page of this browser could not send. */
import { checkDevice } from "./exam/devices.js";
import { deliverLeftovers } from "./exam/leftovers.js";

const made = performance.getEntriesByType("navigation")[0]?.responseStart || performance.now(); // the page was made then
const fill = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
const texts = JSON.parse(document.querySelector("[data-start-texts]").textContent);

/* Count down by the server's time; the button comes a little later on each machine, so that not all press at once. */
function wait(place) {
  const count = place.querySelector("[data-countdown]");
  const opens = made + Number(place.dataset.opensIn);
  const shows = opens + Math.random() * Number(place.dataset.spread);
  const two = (number) => String(number).padStart(2, "0");
  let last = Date.now();

  function show() {
    const seconds = Math.max(0, Math.ceil((opens - performance.now()) / 1000));
    const days = Math.floor(seconds / 86400);
    const time = `${Math.floor((seconds % 86400) / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    count.textContent = days ? fill(texts.days, { days, time }) : time;
    if (performance.now() < shows) return;
    clearInterval(ticking);
    place.querySelector("[data-closed]").hidden = true;
    const start = place.querySelector("[data-start]");
    start.hidden = false;
    start.querySelector("input:not([type=hidden]), button")?.focus({ preventScroll: true });
  }

  const ticking = setInterval(() => {
    // A machine that slept has missed ticks, and its own counter is then worth nothing: ask anew.
    if (Math.abs(Date.now() - last - 500) > 10000) location.reload();
    last = Date.now();
    show();
  }, 500);
  show();
}

function check(place) {
  const now = () => Number(place.dataset.now) + performance.now() - made;
  checkDevice(now, (name, look, sentence, values) => {
    const line = place.querySelector(`[data-check="${name}"]`);
    const badge = line.querySelector(".badge");
    badge.className = `badge ${look}`;
    badge.textContent = texts[look];
    line.querySelector("[data-verdict]").textContent = fill(texts[sentence], values);
  });
}

function deliver(place) {
  deliverLeftovers(({ arrived, waiting, handedIn }) => {
    place.hidden = false;
    place.className = `notice ${waiting ? "wait" : "good"}`;
    const text = waiting ? texts.leftWaiting : handedIn ? texts.leftHandedIn : texts.leftArrived;
    place.querySelector("[data-words]").textContent = fill(text, { arrived, waiting });
  });
}

/* Fetch what the page of the test needs; the browser keeps it. */
async function preload(place) {
  for (const url of JSON.parse(place.dataset.preload)) await fetch(url, { priority: "low" }).catch(() => {});
  document.documentElement.dataset.preloaded = "";
}

const doings = { "[data-waiting]": wait, "[data-device]": check, "[data-leftovers]": deliver, "[data-preload]": preload };
for (const [where, act] of Object.entries(doings)) for (const place of document.querySelectorAll(where)) act(place);
