"use strict";
// What the reader asks for, to begin with and as it stands in the address, so that it can be shared:
//   #samples=regressed&candidate=sft&metric=rouge_l&q=wool     a view
//   #sample=TASK/ID                                            one sample
const samplesAsked = (() => {
  const FILTERS = ["all", "improved", "regressed", "disagree", "invalid"];

  const rivals = (task) => task.candidates.filter((name) => name !== task.baseline);
  const directed = (task) => task.metrics.filter(({ up }) => up !== null).map(({ name }) => name);

  const first = (task) => {
    const candidate = task.featured === task.baseline ? (rivals(task)[0] ?? task.baseline) : task.featured;
    const compare = task.samples.some(({ references }) => references.length) ? "reference" : "baseline";
    const metric = directed(task)[0] ?? "";
    return { task: task.name, candidate, metric, show: "all", q: "", sort: "", of: candidate, way: "down", compare, page: 0 };
  };

  const address = (asked, tasks) => {
    const task = tasks.find(({ name }) => name === asked.task);
    const usual = first(task);
    const said = new URLSearchParams({ samples: asked.show });
    if (task !== tasks[0]) said.set("task", task.name);
    for (const name of ["candidate", "metric", "q", "sort", "of", "way", "compare"]) {
      if (asked[name] !== usual[name]) said.set(name, asked[name]);
    }
    if (asked.page) said.set("page", asked.page + 1);
    return `#${said}`;
  };

  const addressOf = (task, sample) => `#sample=${encodeURIComponent(`${task.name}/${sample.id}`)}`;

  // Returns { sample: "TASK/ID" }, { asked }, or {} where an address is about something else.  What is unknown is left
  // as it is to begin with.
  const read = (hash, tasks) => {
    const said = new URLSearchParams(hash.slice(1));
    if (said.get("sample")) return { sample: said.get("sample") };
    if (!said.get("samples")) return {};
    const task = tasks.find(({ name }) => name === said.get("task")) ?? tasks[0];
    const asked = first(task);
    const known = {
      candidate: task.candidates,
      metric: directed(task),
      of: task.candidates,
      sort: ["difference", ...task.metrics.map(({ name }) => name)],
      way: ["down", "up"],
      compare: ["reference", "baseline", "nothing"],
    };
    for (const [name, values] of Object.entries(known)) {
      if (values.includes(said.get(name))) asked[name] = said.get(name);
    }
    if (FILTERS.includes(said.get("samples"))) asked.show = said.get("samples");
    asked.q = said.get("q") ?? "";
    asked.page = Math.max(0, Math.floor(Number(said.get("page") ?? 1) - 1) || 0);
    return { asked };
  };

  return { FILTERS, address, addressOf, directed, first, read, rivals };
})();
