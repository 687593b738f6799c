"use strict";
// A metric from run to run: one line a candidate, broken where other samples or prompts were asked.
chart("trend", (figure, width) => {
  const { candidates, unit, points, breaks } = data.trends[Number(figure.dataset.trend)];
  const colours = ["var(--line-0)", "var(--line-1)", "var(--line-2)", "var(--line-3)"];
  const symbols = ["circle", "square", "triangle", "diamond", "star", "plus"];
  const place = (point) => candidates.indexOf(point.candidate);
  const colour = (point) => colours[place(point) % colours.length];
  const runs = [...new Set(points.map((point) => point.run))];
  const room = Math.max(2, Math.floor(width / 60));
  const words = (point) => {
    const interval = point.low === null ? "" : ` [${point.low.toPrecision(3)}, ${point.high.toPrecision(3)}]`;
    return `run ${point.run}, ${point.candidate}: ${point.value.toPrecision(3)}${interval}${unit} ${point.verdict ?? ""}`;
  };
  const shared = { x: "run", stroke: colour };
  return Plot.plot({
    width,
    height: 240,
    marginLeft: 48,
    marginBottom: 36,
    style: { fontSize: "12px", background: "none" },
    x: { domain: [Math.min(...runs) - 0.5, Math.max(...runs) + 0.5], label: null },
    y: { nice: true, label: null },
    marks: [
      Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 5 }),
      Plot.axisX(runs.length > room ? undefined : runs, { ticks: room, tickFormat: (run) => (Number.isInteger(run) ? `${run}` : ""), fill: "var(--muted)", tickSize: 0, label: null }),
      Plot.axisY({ ticks: 5, tickFormat: (y) => `${y}${unit}`, fill: "var(--muted)", tickSize: 0, label: null }),
      Plot.ruleX(breaks, { stroke: "var(--muted)", strokeDasharray: "3 4" }),
      Plot.ruleX(points.filter((point) => point.low !== null), { ...shared, y1: "low", y2: "high", strokeOpacity: 0.5 }),
      Plot.line(points, { ...shared, y: "value", z: (point) => `${place(point)} ${point.part}`, strokeWidth: 2 }),
      Plot.dot(points, { ...shared, y: "value", fill: colour, symbol: (point) => symbols[place(point) % symbols.length], r: 3.5 }),
      Plot.tip(points, Plot.pointer({ x: "run", y: "value", title: words, fill: "var(--card)", stroke: "var(--line)" })),
    ],
  });
});
