/* Of the pages of one attempt in this browser the one that claimed last writes; the others lock and hand over what they hold. */
export function makeTabs({ attempt, tab, yieldRecords, onLost, onRecords }) {
  if (!("BroadcastChannel" in window)) return { claim() {} };
  const channel = new BroadcastChannel(`gieo-exam/${attempt}`);
  let mine = 0; // when we claimed, by this browser's clock
  let heard = 0; // the latest claim of another page

  channel.addEventListener("message", ({ data }) => {
    if (data.to === tab) onRecords(data.records);
    if (!data.claim) return;
    heard = Math.max(heard, data.at);
    if (data.at < mine || (data.at === mine && data.claim < tab)) return channel.postMessage({ claim: tab, at: mine });
    onLost();
    channel.postMessage({ to: data.claim, records: yieldRecords() });
  });

  return {
    claim() {
      mine = Math.max(performance.timeOrigin + performance.now(), heard + 1); // later than all, should the clock go back
      channel.postMessage({ claim: tab, at: mine });
    },
  };
}
