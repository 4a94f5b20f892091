/* The live board of a running test: fetches itself anew while nobody is ticking or typing there. */
const EVERY = 5000;

setInterval(async () => {
  if (document.visibilityState === "hidden" || document.querySelector("dialog[open]")) return;
  if (document.activeElement?.matches("input:not([type=checkbox]), textarea")) return;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const ticked = new Set([...document.querySelectorAll("input[name=pupil]:checked")].map((one) => one.value));
    for (const part of ["[data-live]", ".table tbody"]) {
      const old = document.querySelector(part);
      const next = fresh.querySelector(part);
      if (old && next) old.replaceWith(next);
    }
    for (const one of document.querySelectorAll("input[name=pupil]")) one.checked = ticked.has(one.value);
  } catch {
    /* no network just now: the next round tries again */
  }
}, EVERY);
