"use strict";
// samplesControls(tasks, asked, ask) returns the controls as they stand for what is `asked`.  They call
// ask(changes, anew), `anew` where other controls belong to what is asked then.  They hold a `.count` for each filter.
const samplesControls = (() => {
  const LABELS = {
    all: ["All", ""],
    improved: ["Improved", "The candidate does better than the baseline by the chosen metric"],
    regressed: ["Regressed", "The candidate does worse than the baseline by the chosen metric"],
    disagree: ["Metrics disagree", "The chosen metric clearly moved one way, and another metric the other way"],
    invalid: ["Invalid", "The candidate's answer or the baseline's could not be read"],
  };
  const WAYS = [["down", "highest first"], ["up", "lowest first"]];
  const COMPARE = [["reference", "the reference"], ["baseline", "the baseline"], ["nothing", "nothing"]];
  const PAUSE = 150; // milliseconds without a letter, after which a search begins

  const option = ([value, label]) => make("option", { value }, label);
  const named = (names) => names.map((name) => option([name, name]));

  const labelled = (label, control) => {
    control.id = `samples-${label.split(",")[0].toLowerCase().replaceAll(" ", "-")}`;
    return make("div", { className: "choice" }, make("label", { htmlFor: control.id }, label), control);
  };

  const select = (label, value, options, onchange) => {
    const control = make("select", { onchange: () => onchange(control.value) }, ...options);
    control.value = value;
    return labelled(label, control);
  };

  const sorting = (task, asked, ask) => {
    const key = (sort, of) => JSON.stringify([sort, of]);
    const ofCandidate = asked.sort && asked.sort !== "difference" ? asked.of : asked.candidate;
    const options = [option([key("", asked.candidate), "as selected"])];
    if (asked.metric) options.push(option([key("difference", asked.candidate), "gain against the baseline"]));
    for (const of of task.candidates) {
      const metrics = task.metrics.map(({ name }) => option([key(name, of), `${name} of ${of}`]));
      options.push(make("optgroup", { label: of }, ...metrics));
    }
    return select("Sort by", key(asked.sort, ofCandidate), options, (value) => {
      const [sort, of] = JSON.parse(value);
      ask({ sort, of }, true);
    });
  };

  const search = (asked, ask) => {
    let waiting = 0;
    const control = make("input", { type: "search", value: asked.q, autocomplete: "off", spellcheck: false });
    control.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => ask({ q: control.value }), PAUSE);
    });
    return labelled("Search in all texts", control);
  };

  const filters = (task, asked, ask) => {
    const compared = samplesAsked.rivals(task).length && asked.metric;
    const set = make("fieldset", { className: "filters" }, make("legend", {}, "Show"));
    for (const name of compared ? samplesAsked.FILTERS : ["all", "invalid"]) {
      const [label, title] = LABELS[name];
      const radio = make("input", { type: "radio", name: "samples-show", value: name, checked: asked.show === name });
      radio.addEventListener("change", () => ask({ show: name }));
      const count = make("span", { className: "count", "data-filter": name });
      set.append(make("label", { title }, radio, make("span", {}, `${label} `, count)));
    }
    return set;
  };

  return (tasks, asked, ask) => {
    const task = tasks.find(({ name }) => name === asked.task);
    const rivals = samplesAsked.rivals(task);
    const choices = [];
    if (tasks.length > 1) {
      const home = (name) => samplesAsked.first(tasks.find((each) => each.name === name));
      choices.push(select("Task", task.name, named(tasks.map(({ name }) => name)), (name) => ask(home(name), true)));
    }
    if (rivals.length) {
      const label = `Candidate, against ${task.baseline}`;
      choices.push(select(label, asked.candidate, named(rivals), (candidate) => ask({ candidate }, true)));
    }
    if (asked.metric) {
      const metrics = named(samplesAsked.directed(task));
      choices.push(select("Metric", asked.metric, metrics, (metric) => ask({ metric })));
    }
    choices.push(sorting(task, asked, ask));
    if (asked.sort) choices.push(select("Order", asked.way, WAYS.map(option), (way) => ask({ way })));
    choices.push(select("Highlight words unlike", asked.compare, COMPARE.map(option), (compare) => ask({ compare })));
    return [make("div", { className: "samples-choices" }, ...choices), filters(task, asked, ask), search(asked, ask)];
  };
})();
