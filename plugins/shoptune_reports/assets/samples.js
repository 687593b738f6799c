"use strict";
// The samples on screen: a page of rows of what the reader asked for, and steps from one to the next.
const showSamples = (tasks, place) => {
  const PAGE = 20;

  let task = tasks[0];
  let asked = samplesAsked.first(task);
  let chosen = { samples: [], counts: {} };
  let current = -1; // the place among the chosen of the sample that was opened last

  const status = make("p", { className: "samples-status", role: "status" });
  const controls = make("div", { className: "samples-controls" });
  const list = make("div", { className: "samples-list" });
  const pager = make("nav", { className: "samples-pager", "aria-label": "Pages of samples" });
  const openAll = make("button", { type: "button", onclick: () => unfold(!allOpen()) });
  place.append(controls, make("div", { className: "toolbar" }, status, openAll), list, pager);

  const rowAt = (index) => list.children[index - asked.page * PAGE];
  const allOpen = () => [...list.children].every((row) => row.open);
  const sayOpen = () => (openAll.textContent = allOpen() ? "Close all" : "Open all");
  const unfold = (open) => {
    for (const row of list.children) row.open = open;
  };

  const show = (wanted, anew) => {
    asked = wanted;
    task = tasks.find(({ name }) => name === asked.task);
    if (anew) {
      const held = [...controls.querySelectorAll("select")].indexOf(document.activeElement);
      controls.replaceChildren(...samplesControls(tasks, asked, ask));
      controls.querySelectorAll("select")[held]?.focus();
    }
    chosen = samplesChoice.choose(task, asked);
    const pages = Math.max(1, Math.ceil(chosen.samples.length / PAGE));
    asked.page = Math.min(asked.page, pages - 1);
    current = -1;
    const from = asked.page * PAGE;
    const rows = chosen.samples.slice(from, from + PAGE).map((sample, index) => rowOf(sample, from + index));
    list.replaceChildren(...rows);
    for (const count of controls.querySelectorAll(".count")) {
      count.textContent = figures.whole(chosen.counts[count.dataset.filter]);
    }
    const [some, all] = [chosen.samples.length, task.samples.length].map(figures.whole);
    status.textContent = `${some} of ${all} samples` + (pages > 1 ? `, page ${asked.page + 1} of ${pages}` : "");
    pager.replaceChildren(turn("← Previous page", asked.page - 1, pages), turn("Next page →", asked.page + 1, pages));
    pager.hidden = pages === 1;
    openAll.hidden = rows.length === 0;
    sayOpen();
  };

  // Another choice starts at the first page.
  const ask = (changes, anew = false) => {
    show({ ...asked, page: 0, ...changes }, anew);
    history.replaceState(null, "", samplesAsked.address(asked, tasks));
  };

  const turn = (label, page, pages) =>
    make("button", { type: "button", disabled: page < 0 || page >= pages, onclick: () => turnTo(page) }, label);

  const turnTo = (page) => {
    ask({ page });
    list.scrollIntoView();
    list.querySelector("summary").focus({ preventScroll: true });
  };

  const rowOf = (sample, index) => {
    const row = sampleView(task, sample, asked, () => steps(sample, index));
    row.addEventListener("toggle", () => {
      if (row.open) current = index;
      sayOpen();
    });
    return row;
  };

  const steps = (sample, index) => {
    const step = (label, key, to) => {
      const disabled = !(to in chosen.samples);
      return make("button", { type: "button", disabled, onclick: () => goTo(to), "aria-keyshortcuts": key }, label);
    };
    return make(
      "p",
      { className: "steps" },
      step("← Previous", "k", index - 1),
      step("Next →", "j", index + 1),
      make("a", { href: samplesAsked.addressOf(task, sample) }, "Link to this sample"),
      make("span", { className: "muted small" }, "Keys: j next, k previous"),
    );
  };

  const goTo = (index) => {
    if (!(index in chosen.samples)) return;
    const left = rowAt(current);
    if (left) left.open = false;
    const page = Math.floor(index / PAGE);
    if (page !== asked.page) show({ ...asked, page }, false);
    current = index;
    const row = rowAt(index);
    row.open = true;
    row.fill();
    row.scrollIntoView();
    row.querySelector("summary").focus({ preventScroll: true });
  };

  // Letters act where the reader is among the samples, so that they stay free for others elsewhere.
  place.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    const typing = event.target.closest("input, select, textarea");
    if (!step || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.target.closest(".sample");
    const here = row ? asked.page * PAGE + [...list.children].indexOf(row) : current;
    goTo(here < 0 ? asked.page * PAGE : here + step);
  });

  const showNamed = (named) => {
    const home = tasks.find(({ name, samples }) => samples.some(({ id }) => `${name}/${id}` === named));
    if (!home) {
      status.textContent = `Sample ${named} is not on this page; samples.jsonl has all samples.`;
      place.scrollIntoView();
      return;
    }
    const sample = home.samples.find(({ id }) => `${home.name}/${id}` === named);
    if (home !== task || !chosen.samples.includes(sample)) show(samplesAsked.first(home), true);
    goTo(chosen.samples.indexOf(sample));
  };

  const follow = () => {
    const found = samplesAsked.read(location.hash, tasks);
    if (found.sample) showNamed(found.sample);
    if (!found.asked) return;
    show(found.asked, true);
    place.scrollIntoView();
  };

  place.tabIndex = -1;
  place.hidden = false;
  show(asked, true);
  follow();
  if (list.firstElementChild && !list.querySelector("[open]")) list.firstElementChild.open = true;
  addEventListener("hashchange", follow);
};

{
  const unpack = (letters) => {
    const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  };
  const pack = document.getElementById("samples-data");
  const place = document.getElementById("samples-view");
  if (pack && typeof DecompressionStream === "undefined") {
    place.hidden = false;
    place.textContent = "This browser is too old to unpack the samples; samples.jsonl has all of them.";
  } else if (pack) {
    unpack(pack.textContent).then((tasks) => showSamples(tasks, place));
  }
}
