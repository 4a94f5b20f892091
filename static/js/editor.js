/* A page to write on, for people who do not write HTML: dresses each [data-editor] around its textarea.
   The textarea stays the form's field; without JavaScript one types into it. The vocabulary is that of the server
   (lms.base.richtext): what the schema cannot hold is not offered, what the server does not know it drops. */
import { baseKeymap, setBlockType, toggleMark, wrapIn } from "prosemirror-commands";
import { history, redo, undo } from "prosemirror-history";
import { keymap } from "prosemirror-keymap";
import { DOMParser, DOMSerializer, Schema } from "prosemirror-model";
import { liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import { EditorState, TextSelection } from "prosemirror-state";
import { addColumnAfter, addRowAfter, deleteColumn, deleteRow, deleteTable, goToNextCell, isInTable, tableEditing, tableNodes } from "prosemirror-tables";
import { EditorView } from "prosemirror-view";

const text = (content, parse, tag) => ({ content, group: "block", parseDOM: parse.map((one) => ({ tag: one })), toDOM: () => [tag, 0] });
const formula = (tag, inline) => ({
  group: inline ? "inline" : "block",
  inline,
  atom: true,
  attrs: { tex: { default: "" } },
  parseDOM: [{ tag: `${tag}.tex`, getAttrs: (node) => ({ tex: node.textContent }) }],
  toDOM: (node) => [tag, { class: "tex" }, node.attrs.tex],
});
const mark = (tags, tag) => ({ parseDOM: tags.map((one) => ({ tag: one })), toDOM: () => [tag, 0] });

export const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: text("inline*", ["p"], "p"),
    heading: {
      content: "inline*",
      group: "block",
      attrs: { level: { default: 2 } },
      parseDOM: [2, 3, 4].map((level) => ({ tag: `h${level}`, attrs: { level } })),
      toDOM: (node) => [`h${node.attrs.level}`, 0],
    },
    blockquote: text("block+", ["blockquote"], "blockquote"),
    bullet_list: text("list_item+", ["ul"], "ul"),
    ordered_list: text("list_item+", ["ol"], "ol"),
    list_item: { content: "paragraph block*", parseDOM: [{ tag: "li" }], toDOM: () => ["li", 0] },
    horizontal_rule: { group: "block", parseDOM: [{ tag: "hr" }], toDOM: () => ["hr"] },
    tex_block: formula("div", false),
    tex: formula("span", true),
    image: {
      inline: true,
      group: "inline",
      draggable: true,
      attrs: { src: {}, alt: { default: "" } },
      parseDOM: [{ tag: "img[src]", getAttrs: (node) => ({ src: node.getAttribute("src"), alt: node.alt }) }],
      toDOM: (node) => ["img", node.attrs],
    },
    hard_break: { inline: true, group: "inline", selectable: false, parseDOM: [{ tag: "br" }], toDOM: () => ["br"] },
    text: { group: "inline" },
    ...tableNodes({ tableGroup: "block", cellContent: "block+", cellAttributes: {} }),
  },
  marks: {
    strong: mark(["strong", "b"], "strong"),
    em: mark(["em", "i"], "em"),
    u: mark(["u"], "u"),
    sub: { ...mark(["sub"], "sub"), excludes: "sup" },
    sup: { ...mark(["sup"], "sup"), excludes: "sub" },
    link: {
      attrs: { href: {} },
      inclusive: false,
      parseDOM: [{ tag: "a[href]", getAttrs: (node) => ({ href: node.getAttribute("href") }) }],
      toDOM: (node) => ["a", { href: node.attrs.href }, 0],
    },
  },
});

const { nodes, marks } = schema;
const inert = document.implementation.createHTMLDocument(""); // here nothing is fetched: "asset:" is no address
const drawn = new Map(); // formula → its MathML, as the server draws it

async function draw(tex, display) {
  const key = `${display}${tex}`;
  if (!drawn.has(key)) {
    const answer = await fetch(`/maths?${new URLSearchParams({ tex, display: display ? "y" : "" })}`);
    drawn.set(key, answer.ok ? await answer.text() : "");
  }
  return drawn.get(key);
}

/* A formula as people see it; a double click opens it again. */
class FormulaView {
  constructor(node, ask, display) {
    this.dom = document.createElement(display ? "div" : "span");
    this.dom.className = "tex-chip";
    this.dom.textContent = node.attrs.tex;
    draw(node.attrs.tex, display).then((mathml) => {
      if (mathml) this.dom.innerHTML = mathml; // the server's own drawing, without scripts or handlers
    });
    this.dom.addEventListener("dblclick", () => ask(node.attrs.tex, node.type));
  }
}

function withAddresses(node, files) {
  const dom = document.createElement("img");
  dom.src = node.attrs.src.startsWith("asset:") ? files.replace("SHA", node.attrs.src.slice(6)) : node.attrs.src;
  dom.alt = node.attrs.alt;
  return { dom };
}

const insert = (node) => (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(node).scrollIntoView());
  return true;
};

function newTable(state, dispatch) {
  const cell = (type) => type.createAndFill();
  const row = (type) => nodes.table_row.create(null, [cell(type), cell(type), cell(type)]);
  const step = state.tr.replaceSelectionWith(nodes.table.create(null, [row(nodes.table_header), row(nodes.table_cell), row(nodes.table_cell)]));
  let first;
  step.doc.nodesBetween(Math.max(0, state.selection.from - 2), step.doc.content.size, (node, at) => {
    if (node.type === nodes.table_header) first ??= at;
  });
  if (first !== undefined) step.setSelection(TextSelection.near(step.doc.resolve(first + 1))); // one writes on from its first cell
  dispatch?.(step.scrollIntoView());
  return true;
}

class Editor {
  constructor(zone) {
    this.zone = zone;
    this.area = zone.querySelector("textarea");
    this.words = JSON.parse(zone.dataset.words);
    const holder = inert.createElement("div");
    holder.innerHTML = this.area.value;
    const doc = DOMParser.fromSchema(schema).parse(holder);
    this.bar = document.createElement("div");
    this.bar.className = "editor-bar";
    this.bar.setAttribute("role", "toolbar");
    this.bar.setAttribute("aria-label", this.words.toolbar);
    this.page = document.createElement("div");
    this.page.className = "editor-page";
    this.area.hidden = true;
    zone.querySelector(".hint")?.setAttribute("hidden", ""); // it explains the bare textarea
    this.area.after(this.bar, this.page);
    this.view = new EditorView(this.page, {
      state: EditorState.create({ doc, plugins: this.plugins() }),
      attributes: { class: "prose", "aria-label": zone.querySelector("label")?.textContent ?? "", role: "textbox", "aria-multiline": "true" },
      nodeViews: {
        tex: (node) => new FormulaView(node, (...chosen) => this.askFormula(...chosen), false),
        tex_block: (node) => new FormulaView(node, (...chosen) => this.askFormula(...chosen), true),
        image: (node) => withAddresses(node, zone.dataset.files),
      },
      handlePaste: (_view, event) => this.takePicture(event.clipboardData?.files),
      handleDrop: (_view, event) => this.takePicture(event.dataTransfer?.files),
      dispatchTransaction: (step) => {
        this.view.updateState(this.view.state.apply(step));
        this.refresh();
      },
    });
    this.buttons = this.makeButtons();
    this.refresh();
    this.area.form.addEventListener("submit", () => this.write(), true);
  }

  plugins() {
    return [
      history(),
      keymap({
        "Mod-z": undo,
        "Mod-y": redo,
        "Shift-Mod-z": redo,
        "Mod-b": toggleMark(marks.strong),
        "Mod-i": toggleMark(marks.em),
        "Mod-u": toggleMark(marks.u),
        "Mod-m": () => this.askFormula(""),
        Enter: splitListItem(nodes.list_item),
        "Shift-Enter": insert(nodes.hard_break.create()),
        "Mod-[": liftListItem(nodes.list_item),
        "Mod-]": sinkListItem(nodes.list_item),
        Tab: goToNextCell(1),
        "Shift-Tab": goToNextCell(-1),
      }),
      keymap(baseKeymap),
      tableEditing(),
    ];
  }

  makeButtons() {
    const w = this.words;
    const on = (type) => (state) => state.selection.$from.parent.type === type.type && state.selection.$from.parent.attrs.level === type.level;
    const has = (type) => ({ storedMarks, selection, doc }) =>
      selection.empty ? Boolean(type.isInSet(storedMarks ?? selection.$from.marks())) : doc.rangeHasMark(selection.from, selection.to, type);
    const list = [
      ["¶", w.paragraph, setBlockType(nodes.paragraph)],
      ["H1", w.heading, setBlockType(nodes.heading, { level: 2 }), on({ type: nodes.heading, level: 2 })],
      ["H2", w.subheading, setBlockType(nodes.heading, { level: 3 }), on({ type: nodes.heading, level: 3 })],
      ["B", w.bold, toggleMark(marks.strong), has(marks.strong)],
      ["I", w.italic, toggleMark(marks.em), has(marks.em)],
      ["U", w.underline, toggleMark(marks.u), has(marks.u)],
      ["x₂", w.sub, toggleMark(marks.sub), has(marks.sub)],
      ["x²", w.sup, toggleMark(marks.sup), has(marks.sup)],
      ["•", w.bullets, wrapInList(nodes.bullet_list)],
      ["1.", w.numbers, wrapInList(nodes.ordered_list)],
      ["“”", w.quote, wrapIn(nodes.blockquote)],
      ["√x", w.formula, () => this.askFormula("")],
      ["#table-2", w.table, newTable],
      ["#link", w.link, () => this.askLink()],
      ...(this.zone.dataset.pictures ? [["#image", w.picture, () => this.choosePicture()]] : []),
      ["↶", w.undo, undo],
      ["↷", w.redo, redo],
      [w.row, w.row, addRowAfter, null, isInTable],
      [w.column, w.column, addColumnAfter, null, isInTable],
      [w.noRow, w.noRow, deleteRow, null, isInTable],
      [w.noColumn, w.noColumn, deleteColumn, null, isInTable],
      [w.noTable, w.noTable, deleteTable, null, isInTable],
    ];
    return list.map(([face, label, command, active, shown]) => {
      const button = document.createElement("button");
      button.type = "button";
      if (face.startsWith("#")) button.append(this.icon(face));
      else button.textContent = face;
      if (face === label) button.className = "worded";
      button.title = label;
      button.setAttribute("aria-label", label);
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", () => {
        command(this.view.state, this.view.dispatch, this.view);
        this.view.focus();
      });
      this.bar.append(button);
      return { button, active, shown };
    });
  }

  icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", this.zone.dataset.sprite + name);
    svg.append(use);
    return svg;
  }

  refresh() {
    for (const { button, active, shown } of this.buttons ?? []) {
      if (active) button.setAttribute("aria-pressed", String(Boolean(active(this.view.state))));
      if (shown) button.hidden = !shown(this.view.state);
    }
  }

  write() {
    const holder = inert.createElement("div");
    holder.append(DOMSerializer.fromSchema(schema).serializeFragment(this.view.state.doc.content, { document: inert }));
    this.area.value = holder.innerHTML;
  }

  /* One small dialog for a formula or a link: a field, a picture of the formula, two buttons. */
  ask(title, value, preview) {
    return new Promise((resolve) => {
      const dialog = document.createElement("dialog");
      dialog.className = "dialog";
      dialog.innerHTML = `<form method="dialog" class="stack"><h2></h2><input autocomplete="off" spellcheck="false"><output class="tex-preview" aria-live="polite"></output><div class="acts"><button class="button" value="" formnovalidate></button><button class="button primary" value="ok"></button></div></form>`;
      dialog.querySelector("h2").textContent = title;
      const input = dialog.querySelector("input");
      input.setAttribute("aria-label", title);
      input.value = value;
      const [no, yes] = dialog.querySelectorAll("button");
      no.textContent = this.words.cancel;
      yes.textContent = this.words.insert;
      input.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        yes.click();
      });
      if (preview) {
        const show = async () => {
          dialog.querySelector("output").innerHTML = input.value.trim() ? await draw(input.value.trim(), true) : "";
        };
        let wait;
        input.addEventListener("input", () => {
          clearTimeout(wait);
          wait = setTimeout(show, 250);
        });
        show();
      }
      dialog.addEventListener("close", () => {
        dialog.remove();
        resolve(dialog.returnValue === "ok" ? input.value.trim() : "");
      });
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  askFormula(tex, type = nodes.tex) {
    this.ask(this.words.formulaTitle, tex, true).then((value) => {
      if (value) insert(type.create({ tex: value }))(this.view.state, this.view.dispatch);
      this.view.focus();
    });
    return true;
  }

  askLink() {
    this.ask(this.words.linkTitle, "https://", false).then((href) => {
      if (/^https?:\/\/[^\s]+$/.test(href)) {
        const { state } = this.view;
        if (state.selection.empty) this.view.dispatch(state.tr.insert(state.selection.from, schema.text(href, [marks.link.create({ href })])));
        else toggleMark(marks.link, { href })(state, this.view.dispatch);
      }
      this.view.focus();
    });
    return true;
  }

  choosePicture() {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = "image/*";
    input.addEventListener("change", () => this.takePicture(input.files));
    input.click();
    return true;
  }

  takePicture(files) {
    const picture = [...(files ?? [])].find((file) => file.type.startsWith("image/"));
    if (!picture || !this.zone.dataset.pictures) return false;
    const body = new FormData();
    body.append("csrf_token", this.area.form.elements.csrf_token.value);
    body.append("picture", picture, picture.name || "anh.png");
    fetch(this.zone.dataset.pictures, { method: "POST", body, headers: { Accept: "application/json" } })
      .then(async (answer) => {
        const said = await answer.json();
        if (!answer.ok) throw new Error(said.title);
        insert(nodes.image.create({ src: `asset:${said.sha256}`, alt: picture.name.replace(/\.\w+$/, "") }))(this.view.state, this.view.dispatch);
      })
      .catch((problem) => document.dispatchEvent(new CustomEvent("gieo:toast", { detail: problem.message || this.words.noPicture })));
    return true;
  }
}

for (const zone of document.querySelectorAll("[data-editor]")) new Editor(zone);
