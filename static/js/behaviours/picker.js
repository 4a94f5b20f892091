/* Narrow a long list of boxes by typing (accents or none) and show what was picked as tags that can be taken off. */
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();

export function tagPickers(root) {
  for (const picker of root.querySelectorAll("[data-picker]")) dress(picker);
}

function dress(picker) {
  const labels = [...picker.querySelectorAll("label.check")];
  const narrow = picker.querySelector("[data-narrow]");
  const picked = picker.querySelector("[data-picked]");
  const show = () => picked.replaceChildren(...labels.filter((label) => label.firstElementChild.checked).map(tag));
  const tag = (label) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "badge good long";
    button.textContent = `${label.textContent.trim()} ✕`;
    button.addEventListener("click", () => {
      label.firstElementChild.checked = false;
      show();
      narrow.focus();
    });
    item.append(button);
    return item;
  };
  narrow.addEventListener("input", () => {
    const wanted = fold(narrow.value).split(/\s+/);
    for (const label of labels) {
      const text = fold(label.textContent);
      label.hidden = !wanted.every((word) => text.includes(word));
    }
  });
  narrow.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // Enter picks the first match instead of sending the form
    const first = labels.find((label) => !label.hidden);
    if (narrow.value && first) {
      first.firstElementChild.checked = true;
      narrow.value = "";
      narrow.dispatchEvent(new Event("input"));
      show();
    }
  });
  picker.addEventListener("change", show);
  show();
}
