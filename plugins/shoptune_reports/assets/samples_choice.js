"use strict";
// Which samples of a task the reader asked for, and in which order.  `asked` is
// { candidate, metric, show, q, sort, of, way }: names of a candidate and a metric, one of FILTERS, the words to find,
// and what to sort by: "" (as selected), "difference" or a metric `of` a candidate, `way` "down" or "up".
const samplesChoice = (() => {
  const CLEARLY = 0.25; // Metrics disagree where both moved by this share of the largest movement on the page.

  const valueOf = (task, sample, candidate, metric) =>
    sample.answers[task.candidates.indexOf(candidate)]?.values[
      task.metrics.findIndex(({ name }) => name === metric)
    ] ?? null;

  // Own value less the baseline's; null where there is none.
  const difference = (task, sample, candidate, metric) => {
    const here = valueOf(task, sample, candidate, metric);
    const there = valueOf(task, sample, task.baseline, metric);
    return here === null || there === null ? null : here - there;
  };

  // The same, turned so that more is better.
  const gain = (task, sample, candidate, { name, up }) => {
    const found = up === null ? null : difference(task, sample, candidate, name);
    return found === null || up ? found : -found;
  };

  const largest = (task, candidate, metric) =>
    task.samples.reduce((most, sample) => Math.max(most, Math.abs(gain(task, sample, candidate, metric) ?? 0)), 0);

  // A function that tells whether a metric and any other have clearly moved apart on a sample.
  const disagreement = (task, candidate, metric) => {
    const scales = new Map(task.metrics.map((each) => [each, CLEARLY * largest(task, candidate, each)]));
    const way = (sample, each) => {
      const moved = gain(task, sample, candidate, each) ?? 0;
      return moved !== 0 && Math.abs(moved) >= scales.get(each) ? Math.sign(moved) : 0;
    };
    return (sample) => task.metrics.some((each) => way(sample, each) * way(sample, metric) < 0);
  };

  const filters = (task, { candidate, metric: name }) => {
    const metric = task.metrics.find((each) => each.name === name);
    const moved = (sample) => (metric ? gain(task, sample, candidate, metric) ?? 0 : 0);
    const answer = (sample, who) => sample.answers[task.candidates.indexOf(who)];
    return {
      all: () => true,
      improved: (sample) => moved(sample) > 0,
      regressed: (sample) => moved(sample) < 0,
      disagree: metric ? disagreement(task, candidate, metric) : () => false,
      invalid: (sample) => [candidate, task.baseline].some((who) => (answer(sample, who)?.invalid ?? null) !== null),
    };
  };

  const folded = (text) => text.normalize("NFKC").toLowerCase();
  const haystacks = new WeakMap();
  const haystack = (sample) => {
    if (!haystacks.has(sample)) {
      const texts = [sample.id, sample.prompt, ...sample.references];
      for (const answer of sample.answers) if (answer) texts.push(answer.text, answer.invalid ?? "");
      for (const fact of [...sample.facts, ...sample.slices]) texts.push(fact[0], fact[1]);
      haystacks.set(sample, folded(texts.join("\n")));
    }
    return haystacks.get(sample);
  };

  const sorted = (task, samples, { sort, of, way, candidate, metric }) => {
    if (!sort) return samples;
    const directed = task.metrics.find(({ name }) => name === metric);
    const key = (sample) =>
      sort === "difference" ? gain(task, sample, candidate, directed) : valueOf(task, sample, of, sort);
    const sign = way === "up" ? 1 : -1;
    return samples
      .map((sample) => [key(sample), sample])
      .sort(([one], [two]) => (one === null) - (two === null) || sign * (one - two))
      .map(([, sample]) => sample);
  };

  // { samples, counts }: those asked for, in order, and how many each filter would show.
  const choose = (task, asked) => {
    const words = folded(asked.q).split(/\s+/).filter(Boolean);
    const found = task.samples.filter((sample) => words.every((word) => haystack(sample).includes(word)));
    const shown = Object.fromEntries(
      Object.entries(filters(task, asked)).map(([name, holds]) => [name, found.filter(holds)]),
    );
    const counts = Object.fromEntries(Object.entries(shown).map(([name, samples]) => [name, samples.length]));
    return { samples: sorted(task, shown[asked.show], asked), counts };
  };

  return { choose, difference, gain, valueOf };
})();
