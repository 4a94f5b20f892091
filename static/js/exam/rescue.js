/* Offer the answers that cannot be sent as a file, sealed so that only the school's server reads it. The script that
   seals comes after the page is at work, while the network is still there. */
const LATER = 3000; // milliseconds after the page is ready

export function makeRescue(page, { attempt, token, journal, clock, onSaved }) {
  const { rescueKey, rescueScript } = page.dataset;
  const button = page.querySelector("[data-rescue]");
  let seal = null;
  let needed = false;

  function show() {
    button.hidden = !needed || !seal;
  }

  async function fetchScript() {
    try {
      ({ seal } = await import(rescueScript));
    } catch {
      /* no network, no file: the answers are on this device all the same */
    }
    show();
  }

  button.addEventListener("click", () => {
    const events = [...journal.waiting.values()].map(({ tab, seq, kind, slot, response, mono }) => ({ tab, seq, kind, slot, response, mono }));
    const file = new Blob([seal(rescueKey, JSON.stringify({ attempt, token, events }))], { type: "application/octet-stream" });
    const link = document.createElement("a");
    link.download = `cuu-bai-${attempt.slice(-6)}-${clock.timeOfDay().replace(":", "-")}.gieo`;
    link.href = URL.createObjectURL(file);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    onSaved(link.download);
  });

  setTimeout(fetchScript, LATER);

  return {
    offer(wanted) {
      needed = wanted;
      show();
    },
  };
}
