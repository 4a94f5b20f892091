/* Show a question while it is written: a form marked data-preview is sent to its own address as a preview a moment after
   the last key, and the answer takes the place of what stands in #preview. Without JavaScript a button does the same
   with the whole page. Chosen files stay here; pictures show once they are saved. */
const PAUSE = 500;

export function livePreviews(root) {
  for (const form of root.querySelectorAll("form[data-preview]")) dress(form);
}

function dress(form) {
  const place = document.getElementById(form.dataset.preview);
  let timer = 0;
  let running;
  const refresh = async () => {
    clearTimeout(timer);
    running?.abort();
    const mine = (running = new AbortController());
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    body.set("act", "preview");
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Gieo-Part": "preview" }, signal: mine.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      if (mine === running) place.innerHTML = text;
    } catch (problem) {
      if (problem.name !== "AbortError") showFailure(place);
    } finally {
      if (mine === running) place.removeAttribute("aria-busy");
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value !== "preview") return;
    event.preventDefault();
    event.stopImmediatePropagation(); // nothing is being saved: the form is not busy
    refresh().then(() => place.scrollIntoView({ block: "nearest" }));
  });
}

/* What was shown last stays; one line says that it is no longer fresh. */
function showFailure(place) {
  let line = place.querySelector("[data-stale]");
  if (!line) {
    line = document.createElement("p");
    line.dataset.stale = "";
    line.className = "error";
    line.setAttribute("role", "status");
    place.append(line);
  }
  line.textContent = place.dataset.failed;
}
