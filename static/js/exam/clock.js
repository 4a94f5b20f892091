/* The time left, by the server's reckoning; this device's own clock never decides. */
export function makeClock({ element, remaining, elapsed, onEnd, onMinutes, onGap }) {
  let end = performance.now() + remaining;
  const began = performance.now() - elapsed;
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
  show();

  return {
    left,
    elapsed: () => Math.max(1, Math.floor(performance.now() - began)),
    set(milliseconds, stands = false) {
      end = performance.now() + milliseconds;
      standing = stands ? milliseconds : null;
      if (milliseconds > 0) over = false;
      show();
    },
  };
}
