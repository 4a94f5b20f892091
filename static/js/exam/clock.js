/* The time left and the time of day, by the server's reckoning; this device's own clock never decides. */
export function makeClock(page, { onEnd, onMinutes, onGap }) {
  const { remaining, elapsed, now, zone } = page.dataset;
  const element = page.querySelector("[data-time]");
  const made = performance.getEntriesByType("navigation")[0]?.responseStart || performance.now(); // the page was made then
  const began = made - Number(elapsed);
  let end = made + Number(remaining);
  let offset = Number(now) - made;
  let closed = false; // the server has ended the attempt
  let last = Date.now();
  let told = Infinity;
  let over = false;

  let standing = null; // milliseconds left while the clock stands

  const left = () => standing ?? Math.max(0, end - performance.now());

  function show() {
    const seconds = Math.ceil(left() / 1000);
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.floor(seconds / 60) % 60;
    const two = (number) => String(number).padStart(2, "0");
    element.textContent = hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
    element.classList.toggle("last", seconds <= 300);
    for (const mark of [5, 1]) {
      if (seconds <= mark * 60 && seconds > mark * 60 - 5 && told > mark) {
        told = mark;
        onMinutes(mark);
      }
    }
    if (!seconds && !over && standing === null) {
      over = true;
      onEnd();
    }
  }

  setInterval(() => {
    // A machine that slept has missed ticks; what its own counter says is then worth nothing.
    if (Math.abs(Date.now() - last - 500) > 4000) onGap();
    last = Date.now();
    show();
  }, 500);
  if ("paused" in page.dataset) standing = Number(remaining);
  setTimeout(show);

  return {
    left,
    closed: () => closed,
    elapsed: () => Math.max(1, Math.floor(performance.now() - began)),
    timeOfDay() {
      const at = new Date(performance.now() + offset);
      return at.toLocaleTimeString("vi", { hour: "2-digit", minute: "2-digit", timeZone: zone });
    },
    set(reply) {
      end = performance.now() + reply.remaining_ms;
      offset = reply.now_ms - performance.now();
      closed = reply.state !== "open";
      standing = reply.paused ? reply.remaining_ms : null;
      if (reply.remaining_ms > 0) over = false;
      show();
    },
  };
}
