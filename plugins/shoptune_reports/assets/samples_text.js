"use strict";
// markedText(text, marks, other) returns { nodes, shared, few }: the text as nodes, in which
// - what a metric counted stands in <mark class="good"> or <mark class="bad">, with what it counted as its note;
// - words that `other` has not stand in <ins>, and those that it has beside them in <del>, unless `other` is null.
// `shared` is the share of `other`'s words that the text has in the same order.  Where they are `few`, there is no <del>,
// since it would stand all over the text; and no <ins> either where `shared` is null, which means that the texts
// are so long and unlike that finding their differences takes too long.
// Signs and words for screen readers are put there by the style, so that the text can be copied as it was written.
const markedText = (() => {
  const PATIENCE = 300; // milliseconds
  const FEW = 0.5;
  const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

  // Words and signs in any script, each with the space behind it.
  const tokens = (text) => {
    const found = [];
    for (const { segment } of segmenter.segment(text)) {
      if (found.length && !segment.trim()) found[found.length - 1] += segment;
      else found.push(segment);
    }
    return found;
  };

  const differences = (text, other) => {
    const comparator = (one, two) => one.trimEnd() === two.trimEnd();
    const before = tokens(other);
    const parts = Diff.diffArrays(before, tokens(text), { comparator, timeout: PATIENCE });
    if (!parts) return null;
    const gone = parts.reduce((sum, { removed, count }) => sum + (removed ? count : 0), 0);
    const shared = before.length ? 1 - gone / before.length : 1;
    return { parts: shared < FEW ? parts.filter(({ removed }) => !removed) : parts, shared };
  };

  const markOf = (covering) => {
    const good = covering.every(([, , isGood]) => isGood);
    const note = covering.map(([, , , noted]) => noted).join("; ");
    return make("mark", { className: good ? "good" : "bad", title: note, "data-note": note });
  };

  return (text, marks, other) => {
    const whole = [{ added: false, removed: false, value: [text] }];
    const { parts, shared } = (other === null ? null : differences(text, other)) ?? { parts: whole, shared: null };
    const root = document.createDocumentFragment();
    const edges = [...new Set(marks.flatMap(([start, end]) => [start, end]))].sort((a, b) => a - b);
    let position = 0;
    let container = root;
    let until = 0; // where the container ends
    const enter = () => {
      const covering = marks.filter(([start, end]) => start <= position && position < end);
      until = edges.find((edge) => edge > position) ?? text.length;
      container = covering.length ? root.appendChild(markOf(covering)) : root;
    };
    for (const { added, removed, value } of parts) {
      if (removed) {
        const inside = position < until ? container : root;
        inside.append(make("del", {}, value.join("")));
        continue;
      }
      for (let rest = value.join(""); rest; ) {
        if (position >= until) enter();
        const run = rest.slice(0, until - position);
        container.append(added ? make("ins", {}, run) : run);
        position += run.length;
        rest = rest.slice(run.length);
      }
    }
    return { nodes: root, shared, few: shared !== null && shared < FEW };
  };
})();
