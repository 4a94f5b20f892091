/* From the controls of a question to its response and back; the shapes are those that the server checks. */
const parts = (section, part) => [...section.querySelectorAll(`[data-part="${part}"]`)];

const READ = {
  single_choice: (section) => ({ choice: parts(section, "choice").find((one) => one.checked)?.value ?? null }),
  multiple_choice: (section) => ({
    choices: parts(section, "choices").filter((one) => one.checked).map((one) => one.value),
  }),
  truths(section) {
    const truths = {};
    for (const one of parts(section, "truths")) {
      truths[one.dataset.id] ??= null;
      if (one.checked) truths[one.dataset.id] = one.value === "true";
    }
    return { truths };
  },
  text: (section) => ({ text: parts(section, "text")[0]?.value ?? "" }),
  matching: (section) => ({
    pairs: Object.fromEntries(parts(section, "pairs").filter((one) => one.value).map((one) => [one.dataset.id, one.value])),
  }),
  ordering: (section) => ({
    order: parts(section, "order")
      .filter((one) => one.value)
      .sort((one, other) => one.value - other.value)
      .map((one) => one.dataset.id),
  }),
  gap_fill: (section) => ({ gaps: Object.fromEntries(parts(section, "gaps").map((one) => [one.dataset.id, one.value])) }),
};

const WRITE = {
  single_choice(section, { choice }) {
    for (const one of parts(section, "choice")) one.checked = one.value === choice;
  },
  multiple_choice(section, { choices }) {
    for (const one of parts(section, "choices")) one.checked = choices.includes(one.value);
  },
  truths(section, { truths }) {
    for (const one of parts(section, "truths")) one.checked = String(truths[one.dataset.id]) === one.value;
  },
  text(section, { text }) {
    for (const one of parts(section, "text")) one.value = text;
  },
  matching(section, { pairs }) {
    for (const one of parts(section, "pairs")) one.value = pairs[one.dataset.id] ?? "";
  },
  ordering(section, { order }) {
    for (const one of parts(section, "order")) {
      const place = order.indexOf(one.dataset.id);
      one.value = place < 0 ? "" : String(place + 1);
    }
  },
  gap_fill(section, { gaps }) {
    for (const one of parts(section, "gaps")) one.value = gaps[one.dataset.id] ?? "";
  },
};

const ALIKE = { true_false: "truths", cluster: "truths", short_text: "text", short_number: "text", essay: "text" };
const kind = (section) => ALIKE[section.dataset.type] ?? section.dataset.type;

export const read = (section) => READ[kind(section)]?.(section);

export function write(section, response) {
  if (response && Object.keys(response).length) WRITE[kind(section)]?.(section, response);
}

export function isAnswered(value) {
  if (typeof value === "string") return value.trim() !== "";
  if (Array.isArray(value)) return value.some(isAnswered);
  if (value && typeof value === "object") return Object.values(value).some(isAnswered);
  return value !== null && value !== undefined;
}
