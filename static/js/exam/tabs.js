/* Of the pages of one attempt in this browser the one opened last writes; the others lock and hand over what they hold. */
const OPENING = 500; // milliseconds in which two pages may open at the same time and hear each other's claim

export function makeTabs({ attempt, tab, yieldRecords, onLost, onRecords }) {
  if (!("BroadcastChannel" in window)) return { claim() {} };
  const channel = new BroadcastChannel(`gieo-exam/${attempt}`);
  let opening = 0; // until when our own claim is fresh

  channel.addEventListener("message", ({ data }) => {
    if (data.to === tab) onRecords(data.records);
    if (!data.claim) return;
    if (performance.now() < opening && data.claim < tab) return channel.postMessage({ claim: tab }); // one of two must win
    onLost();
    channel.postMessage({ to: data.claim, records: yieldRecords() });
  });

  return {
    claim() {
      opening = performance.now() + OPENING;
      channel.postMessage({ claim: tab });
    },
  };
}
