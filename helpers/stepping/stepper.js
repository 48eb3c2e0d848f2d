// The stepper in a notebook: a strip of all steps, a slider, and the step in numbers. What it shows is all in
// `page`, which Python has put together; nothing here computes, and no kernel is asked.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined || value === "") continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

// An element that is worked by keys. JupyterLab leaves them to it only if it says so itself: else the right arrow
// would go to another cell, and Enter into this one.
function control(tag, label, attributes, ...children) {
  return make(tag, { "aria-label": label, "data-lm-suppress-shortcuts": "true", ...attributes }, ...children);
}

// [text, class] pairs: a class is one of the five letters, "name" or "quiet".
function words(runs) {
  return runs.map(([text, kind]) => (kind ? make("span", { class: kind }, text) : text));
}

function plain(runs) {
  return runs.map(([text]) => text).join("");
}

function number(cell) {
  if (cell === null) return make("td", { class: "gap" }, "⋯");
  const shown = make("td", { class: cell.other ? "number other" : "number" });
  if (cell.share === undefined) {
    shown.style.background = cell.fill;
  } else {
    const share = `${(100 * cell.share).toFixed(1)}%`;
    shown.style.background = `linear-gradient(to right, var(--gate) ${share}, #fff ${share})`;
  }
  shown.append(cell.text || "\u00a0");
  if (cell.other) shown.append(make("span", { class: "mark" }, "≠"));
  if (cell.under) shown.append(make("small", {}, cell.under));
  return shown;
}

function space(kind, columns) {
  return make("tr", { class: kind }, make("td"), make("td"), make("td", { colspan: columns }), make("td"));
}

function line(row, columns) {
  const label = make("th", { scope: "row" }, make("div", {}, ...words(row.name)));
  label.append(make("div", { class: "shape" }, ...words(row.shape)));
  const shown = make("tr", { class: row.strong && "strong" }, make("td", { class: "sign" }, row.sign), label);
  shown.append(...row.cells.map(number), make("td", { class: "note" }, ...words(row.note)));
  const lines = [shown];
  if (row.heading.length) {
    lines.unshift(make("tr", {}, make("td"), make("td", { class: "heading", colspan: columns + 2 }, ...words(row.heading))));
  }
  if (row.apart) lines.unshift(space("apart", columns));
  if (row.ruled) lines.unshift(space("ruled", columns));
  return lines;
}

function table(block) {
  const { letter, counted, indices, rows } = block;
  const widths = make("colgroup", {}, make("col", { class: "sign" }), make("col", { class: "label" }));
  widths.append(...indices.map(() => make("col", { class: "number" })), make("col", { class: "note" }));
  const head = make("tr", { class: "indices" }, make("td"), make("th", { scope: "col", class: letter }, counted));
  head.append(...indices.map((i) => make("th", { scope: "col", class: letter }, i === null ? "" : String(i))));
  const lines = rows.flatMap((row) => line(row, indices.length));
  return make("table", {}, widths, make("thead", {}, head), make("tbody", {}, ...lines));
}

// The states of all steps as colours, one column each. It is for eyes and the mouse; the slider says the rest.
function strip(page, wide, go) {
  const every = [1, 2, 5, 10, 20].find((many) => many * wide >= 20);
  return page.steps.map((_, t) => {
    const column = make("div", { class: t % every ? "column" : "column said", title: `t = ${t}` });
    const states = make("div", { class: "states" });
    let shown = 0;
    for (const unit of page.units) {
      const cell = make("i");
      if (unit !== null) cell.style.background = page.states[shown++][t];
      states.append(cell);
    }
    const mark = page.marks[t] ?? "";
    column.append(make("span", { class: "carried" }), states, make("span", { class: "t" }, String(t)));
    if (mark) column.append(make("span", { class: "≠✗".includes(mark) ? "mark" : "" }, mark));
    column.addEventListener("click", () => go(t));
    return column;
  });
}

function render({ model, el }) {
  const page = model.get("page");
  const last = page.steps.length - 1;
  const root = make("section", {
    class: "rnn-stepper",
    "aria-label": `Stepper. ${plain(page.title)}`,
  });
  for (const [name, colour] of Object.entries(page.colours)) root.style.setProperty(`--${name}`, colour);

  const equation = make("div", { class: "equation" });
  const slider = control("input", "t, the step", { type: "range", min: 0, max: last, step: 1 });
  const back = control("button", "one step back", { type: "button", title: "one step back" }, "‹");
  const on = control("button", "one step on", { type: "button", title: "one step on" }, "›");
  const wide = Math.min(36, 420 / page.steps.length);
  const columns = strip(page, wide, (t) => go(t, true));
  const blocks = make("div");
  const step = make("div", { class: "words" });

  function go(t, focus) {
    const now = Math.min(Math.max(t, 0), last);
    const { equation: said, blocks: shown, words: about } = page.steps[now];
    equation.replaceChildren(...words(said));
    blocks.replaceChildren(...shown.map(table));
    step.textContent = about;
    slider.value = now;
    const mark = { "✓": "the same", "≠": "not the same", "✗": "your function stops here" }[page.marks[now]];
    slider.setAttribute("aria-valuetext", `t = ${now} of 0 to ${last}${mark ? `, ${mark}` : ""}`);
    back.disabled = now === 0;
    on.disabled = now === last;
    columns.forEach((column, at) => {
      column.classList.toggle("now", at === now);
      column.classList.toggle("before", at === now - 1);
      column.querySelector(".carried").textContent = at === now ? "h" : at === now - 1 ? "h_last" : "";
    });
    if (focus) slider.focus({ preventScroll: true });
  }
  slider.addEventListener("input", () => go(Number(slider.value)));
  back.addEventListener("click", () => go(Number(slider.value) - 1, true));
  on.addEventListener("click", () => go(Number(slider.value) + 1, true));

  const legend = make("div", { class: "legend" }, make("div", {}, make("span", { class: "name" }, "h"), " after each step"));
  legend.append(make("div", { class: "quiet" }, "time to the right"));
  const track = make("div", { class: "track" });
  track.style.setProperty("--wide", `${wide}px`);
  track.style.setProperty("--steps", columns.length);
  track.append(make("div", { class: "strip", "aria-hidden": "true" }, ...columns), slider);
  const help = make("div", { class: "quiet help" }, "drag, click a step, or use the arrow keys");
  root.append(equation, make("div", { class: "quiet title" }, ...words(page.title)));
  root.append(make("div", { class: "road" }, legend, back, track, on), help, blocks);
  if (page.verdict) {
    const wrong = page.partsFrom !== null;
    const mark = make("span", { class: wrong ? "mark" : "" }, `${page.marks[page.partsFrom ?? 0]} `);
    root.append(make("div", { class: "verdict" }, mark, page.verdict), step);
  }
  if (page.note.length) root.append(make("div", { class: "quiet note" }, ...words(page.note)));
  go(model.get("t"));
  el.append(root);
}

export default { render };
