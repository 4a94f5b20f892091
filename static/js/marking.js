/* Marking without the mouse. Letters and digits work only while the form has the focus and nobody is writing words. */
const WORDS = "textarea, input:not([type=radio]):not([type=checkbox]):not([inputmode=decimal])"; // J and K are no numbers

const ticked = (criterion) => criterion.querySelector("input:checked");

function dress(form) {
  const comment = form.querySelector("textarea[name=comment]");
  const criteria = [...form.querySelectorAll("[data-criterion]")];
  const sum = form.querySelector("[data-sum]");

  function addUp() {
    if (!sum) return;
    const chosen = criteria.map(ticked);
    const points = chosen.reduce((total, one) => total + Number(one?.dataset.points.replace(",", ".") ?? 0), 0);
    const shown = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 }).format(points);
    sum.textContent = chosen.some(Boolean) ? shown : "–";
  }

  /* A digit takes that level of the criterion that has the focus, and goes on to the next criterion. */
  function take(digit, target) {
    const at = criteria.findIndex((one) => one.contains(target));
    const level = criteria[at]?.querySelectorAll("input")[digit - 1];
    if (!level) return false;
    level.checked = true;
    addUp();
    const next = criteria[at + 1];
    (next ? (ticked(next) ?? next.querySelector("input")) : level).focus();
    return true;
  }

  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches(WORDS)) return;
    const key = event.key.toLowerCase();
    const address = { j: form.dataset.next, k: form.dataset.before }[key];
    if (address) {
      event.preventDefault();
      location.assign(address);
    } else if (/^[1-9]$/.test(key) && take(Number(key), event.target)) {
      event.preventDefault();
    }
  });

  /* A kept comment goes behind what stands there, without a way to the server and back. */
  form.addEventListener("click", (event) => {
    const kept = event.target.closest("[data-insert]");
    if (!kept) return;
    event.preventDefault();
    comment.value = [comment.value.trimEnd(), kept.dataset.insert].filter(Boolean).join("\n");
    comment.focus();
  });

  const answer = document.querySelector("[data-answer]");
  if (answer) takeSelections(answer, form);

  form.addEventListener("change", addUp);
  addUp();
  if (!matchMedia("(hover: hover)").matches) return; // on a phone no keyboard pops up
  const first = criteria[0] ? (ticked(criteria[0]) ?? criteria[0].querySelector("input")) : form.querySelector("[data-first]");
  first.focus({ preventScroll: true });
}

/* What is selected in the answer goes into the form, with the place counted in whole characters as the server counts. */
function takeSelections(answer, form) {
  const noting = form.querySelector("[data-noting]");
  const [start, quote] = ["[data-start]", "[data-quote]"].map((name) => form.querySelector(name));
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    if (!answer.contains(range.startContainer) || !answer.contains(range.endContainer)) return;
    const before = range.cloneRange();
    before.selectNodeContents(answer);
    before.setEnd(range.startContainer, range.startOffset);
    start.value = String([...before.toString()].length);
    quote.value = range.toString();
    noting.open = true;
  });
  quote.addEventListener("input", () => { start.value = ""; });
}

for (const form of document.querySelectorAll("[data-marking]")) dress(form); // none where both rounds are done
