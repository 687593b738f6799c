"use strict";
// Quality against cost: who is on the Pareto front is filled and joined by a line.  Better is up, cheaper to the left.
{
  // Where a label may stand beside its point: [dx, dy, anchor], best first.
  const places = [[0, -14, "middle"], [10, 0, "start"], [-10, 0, "end"], [0, 16, "middle"], [10, -16, "start"], [10, 18, "start"], [-10, -16, "end"], [-10, 18, "end"]];
  const left = { start: 0, middle: 0.5, end: 1 };

  const titled = 20; // So high is the title of the axis, above all points.

  // Choose for each label the first place where it covers neither another label nor a point, nor leaves the plot.
  function arranged(points, width, height, across, down) {
    const taken = points.map((point) => [across(point.cost) - 5, down(point.quality) - 5, 10, 10]);
    const overlaps = ([x, y, w, h]) => taken.some(([a, b, c, d]) => x < a + c && a < x + w && y < b + d && b < y + h);
    return points.map((point) => {
      const w = 7 * point.label.length;
      const boxes = places.map(([dx, dy, anchor]) => [across(point.cost) + dx - left[anchor] * w, down(point.quality) + dy - 7, w, 14]);
      const inside = ([x, y, w, h]) => x >= 0 && x + w <= width && y >= titled && y + h <= height;
      const free = boxes.findIndex((box) => inside(box) && !overlaps(box));
      const number = free < 0 ? 0 : free;
      taken.push(boxes[number]);
      const [dx, dy, textAnchor] = places[number];
      return { ...point, dx, dy, textAnchor };
    });
  }

  chart("pareto", (figure, width) => {
    const plot = data.paretos[figure.dataset.task];
    const choices = figure.querySelector(".choices");
    choices.hidden = false;
    const [quality, cost] = ["metric", "cost"].map((name) => Number(choices.querySelector(`[name=${name}]`).value));
    const metric = plot.metrics[quality];
    const axis = plot.costs[cost];
    const front = plot.fronts[quality][cost];
    const scale = metric.format === "share" ? 100 : 1;
    const points = plot.candidates
      .map((name, number) => {
        const [low, high] = metric.intervals[number] ?? [null, null];
        return {
          name,
          label: name.length > 18 ? `${name.slice(0, 17)}…` : name,
          cost: axis.amounts[number],
          quality: metric.values[number] === null ? null : metric.values[number] * scale,
          low: low === null ? null : low * scale,
          high: high === null ? null : high * scale,
          words: `${name}: ${figures.value(metric.values[number], metric.format)} for ${axis.words[number]}`,
          place: front.indexOf(number),
        };
      })
      .filter((point) => point.cost !== null && point.quality !== null);
    const ahead = points.filter((point) => point.place >= 0).sort((a, b) => a.place - b.place);
    const names = ahead.map((point) => point.name).join(", ");
    figure.querySelector(".front").textContent = names || "nobody";
    figure.dataset.label = `${metric.name} against the cost of ${axis.name}. On the front: ${names}. ${points.map((point) => point.words).join("; ")}.`;

    const height = 340;
    const ticks = Math.max(2, Math.floor(width / 90));
    const options = {
      width,
      height,
      marginLeft: 52,
      marginRight: 24,
      marginTop: 30,
      marginBottom: 40,
      style: { fontSize: "12px", background: "none", color: "var(--muted)" },
      x: { domain: [0, d3.max(points, (point) => point.cost) * 1.05 || 1], label: `cost in ${axis.unit}`, labelAnchor: "center", labelArrow: "none", ticks, tickSize: 0 },
      y: { reverse: !metric.higher_is_better, nice: true, label: `${metric.name}${scale === 100 ? ", %" : ""} (up is better)`, labelArrow: "none", ticks: 6, tickSize: 0 },
    };
    const place = { x: "cost", y: "quality" };
    const marks = [
      Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 6 }),
      Plot.ruleX(points.filter((point) => point.low !== null), { x: "cost", y1: "low", y2: "high", stroke: "var(--muted)", strokeOpacity: 0.6 }),
      Plot.line(ahead, { ...place, curve: "step-after", stroke: "var(--line-0)", strokeWidth: 1.5 }),
      Plot.dot(points, { ...place, r: 5, strokeWidth: 2, stroke: (point) => (point.place < 0 ? "var(--muted)" : "var(--line-0)"), fill: (point) => (point.place < 0 ? "var(--card)" : "var(--line-0)") }),
    ];
    const bare = Plot.plot({ ...options, marks });
    const labelled = arranged(points, width, height, bare.scale("x").apply, bare.scale("y").apply);
    return Plot.plot({
      ...options,
      marks: [
        ...marks,
        ...labelled.map(({ dx, dy, textAnchor, ...point }) => Plot.text([point], { ...place, text: "label", dx, dy, textAnchor, fill: "var(--ink)", stroke: "var(--paper)", strokeWidth: 3, fontWeight: point.place < 0 ? 400 : 600 })),
        Plot.tip(points, Plot.pointer({ ...place, title: "words", fill: "var(--card)", stroke: "var(--line)" })),
      ],
    });
  });
}
