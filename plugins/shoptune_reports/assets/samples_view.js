"use strict";
// sampleView(task, sample, asked, steps) is one sample: a row that unfolds.  What it holds is made when it is first opened,
// so that a page of them costs little.  `asked` is what samples_choice.js is asked, and `compare`: what words are held
// against ("reference", "baseline" or "nothing").  steps() makes what stands at its foot.
const sampleView = (() => {
  const SHORT = 110; // letters of what stands in a line
  const SIGNS = new Map([[1, ["▲", "better"]], [-1, ["▼", "worse"]], [0, ["=", "none"]]]);

  // Counted in letters, so that none is cut in two.
  const short = (content) => {
    const letters = [...content.slice(0, 2 * SHORT + 2)];
    return letters.length > SHORT ? `${letters.slice(0, SHORT).join("")}…` : content;
  };

  const text = (content, kind) => {
    const box = make("div", { className: "text", dir: "auto" });
    if (content) box.append(content);
    else box.append(make("span", { className: "muted" }, `(empty ${kind})`));
    return box;
  };

  const moved = (task, sample, candidate, metric) => {
    const gain = candidate === task.baseline ? null : samplesChoice.gain(task, sample, candidate, metric);
    if (gain === null) return null;
    const [sign, word] = SIGNS.get(Math.sign(gain));
    const difference = samplesChoice.difference(task, sample, candidate, metric.name);
    return make(
      "span",
      { className: `pill ${word}` },
      make("span", { "aria-hidden": "true" }, `${sign} `),
      gain === 0 ? "same" : figures.difference(difference, metric.format),
      make("span", { className: "visually-hidden" }, gain === 0 ? "" : ` ${word}`),
    );
  };

  const values = (task, sample, candidate, asked) => {
    const list = make("dl", { className: "values" });
    for (const metric of task.metrics) {
      const value = samplesChoice.valueOf(task, sample, candidate, metric.name);
      if (value === null) continue;
      const row = make("div", { className: metric.name === asked.metric ? "asked" : "" });
      row.append(make("dt", {}, metric.name));
      row.append(make("dd", {}, figures.value(value, metric.format), " ", moved(task, sample, candidate, metric)));
      list.append(row);
    }
    return list.childElementCount ? list : null;
  };

  // What an answer's words are held against, and what it is called.
  const against = (task, sample, candidate, { compare }) => {
    if (compare === "reference" && sample.references.length) return [sample.references[0], "the reference"];
    const baseline = sample.answers[task.candidates.indexOf(task.baseline)];
    if (compare === "baseline" && baseline && candidate !== task.baseline) return [baseline.text, task.baseline];
    return [null, ""];
  };

  const faults = (answer) => {
    const list = make("ul", { className: "faults" });
    const seen = new Set();
    for (const [start, end, good, note] of answer.marks) {
      const words = answer.text.slice(start, end);
      if (good || seen.has(words + note)) continue;
      seen.add(words + note);
      list.append(
        make("li", {}, make("span", { "aria-hidden": "true" }, "✗ "), make("q", { dir: "auto" }, words), ` ${note}`),
      );
    }
    return list.childElementCount ? list : null;
  };

  const answerView = (task, sample, candidate, asked) => {
    const answer = sample.answers[task.candidates.indexOf(candidate)];
    if (!answer) return null;
    const [other, called] = against(task, sample, candidate, asked);
    const { nodes, shared, few } = markedText(answer.text, answer.marks, other);
    let remark = null;
    if (few) remark = `Has ${figures.value(shared, "share")} of the words of ${called}; the others are not shown.`;
    else if (other !== null && shared === null) remark = `Too long and too unlike ${called} to highlight words.`;
    return make(
      "article",
      { className: "answer" },
      make(
        "h3",
        {},
        make("bdi", {}, candidate),
        candidate === task.baseline ? make("span", { className: "tag" }, "baseline") : null,
        answer.cut ? make("span", { className: "tag warn" }, "cut off") : null,
        answer.invalid === null ? null : make("span", { className: "tag warn", title: answer.invalid }, `invalid: ${short(answer.invalid)}`),
      ),
      answer.thought ? make("details", {}, make("summary", {}, "Thought before the answer"), text(answer.thought, "text")) : null,
      text(answer.text && nodes, "answer"),
      remark && make("p", { className: "note" }, remark),
      faults(answer),
      values(task, sample, candidate, asked),
    );
  };

  const factsView = (task, sample) => {
    const stating = task.candidates.filter((_, index) => sample.facts.some(([, , stated]) => stated.includes(index)));
    const head = make("tr", {}, make("th", { scope: "col" }, "fact"), make("th", { scope: "col" }, "value"));
    for (const candidate of stating) head.append(make("th", { scope: "col" }, make("bdi", {}, candidate)));
    const body = make("tbody", {});
    for (const [name, value, stated] of sample.facts) {
      const row = make("tr", {}, make("th", { scope: "row", dir: "auto" }, name), make("td", { dir: "auto" }, value));
      for (const candidate of stating) {
        const states = stated.includes(task.candidates.indexOf(candidate));
        row.append(
          make(
            "td",
            { className: states ? "states" : "silent" },
            make("span", { "aria-hidden": "true" }, states ? "✓" : "·"),
            make("span", { className: "visually-hidden" }, states ? "stated" : "not stated"),
          ),
        );
      }
      body.append(row);
    }
    const caption = make("caption", { className: "visually-hidden" }, "Facts, and who states them");
    return make(
      "div",
      { className: "given-part wide" },
      make("h3", {}, stating.length ? "Facts, and who states them" : "Facts"),
      make("div", { className: "facts-scroll" }, make("table", { className: "facts" }, caption, make("thead", {}, head), body)),
    );
  };

  const slicesView = (sample) =>
    make(
      "p",
      { className: "sample-slices muted small" },
      ...sample.slices.map(([by, value]) => make("span", {}, `${short(by)}: `, make("bdi", {}, short(value)))),
    );

  const contents = (task, sample, asked) => {
    const given = make(
      "div",
      { className: "given" },
      make("div", { className: "given-part" }, make("h3", {}, "Input"), text(sample.prompt, "input")),
      sample.facts.length ? factsView(task, sample) : null,
    );
    const answers = make("div", { className: "answers" });
    for (const [index, reference] of sample.references.entries()) {
      const title = sample.references.length > 1 ? `Reference ${index + 1}` : "Reference";
      answers.append(make("article", { className: "answer reference" }, make("h3", {}, title), text(reference, "text")));
    }
    answers.append(...task.candidates.map((name) => answerView(task, sample, name, asked)).filter(Boolean));
    return make("div", { className: "sample-body" }, sample.slices.length ? slicesView(sample) : null, given, answers);
  };

  const title = (sample) => short(sample.facts.find(([fact]) => fact === "name")?.[1] || sample.prompt);

  // What scrolls can be scrolled by keyboard.
  const reachable = (box) => {
    if (box.scrollHeight <= box.clientHeight + 1 && box.scrollWidth <= box.clientWidth + 1) return;
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", box.parentElement.querySelector("h3").textContent);
  };

  return (task, sample, asked, steps) => {
    const metric = task.metrics.find(({ name }) => name === asked.metric);
    const answer = sample.answers[task.candidates.indexOf(asked.candidate)];
    const summary = make(
      "summary",
      {},
      metric ? moved(task, sample, asked.candidate, metric) : null,
      make("bdi", { className: "sample-title" }, title(sample)),
      make("bdi", { className: "muted small" }, short(sample.id)),
      answer && answer.invalid !== null ? make("span", { className: "tag warn" }, "invalid") : null,
    );
    const row = make("details", { className: "sample" }, summary);
    row.fill = () => {
      if (row.childElementCount > 1) return;
      row.append(contents(task, sample, asked), steps());
      row.querySelectorAll(".text, .facts-scroll").forEach(reachable);
    };
    row.addEventListener("toggle", () => row.open && row.fill());
    return row;
  };
})();
