"use strict";
// A forest plot: each candidate's difference to the baseline with its interval; better is always to the right.
chart("forest", (figure, width) => {
  const { unit, higher_is_better, bars } = data.forests[figure.dataset.task][figure.dataset.metric];
  const colour = (bar) => ({ better: "var(--good)", worse: "var(--bad)" })[bar.verdict] ?? "var(--muted)";
  const symbol = (bar) => ({ better: "triangle", worse: "triangle", inconclusive: "diamond" })[bar.verdict] ?? "circle";
  const short = (name) => (name.length > 16 ? `${name.slice(0, 15)}…` : name);
  const signed = (x) => `${x > 0 ? "+" : ""}${x.toLocaleString("en-GB")}`.replace("-", "−");
  const longest = Math.max(...bars.map((bar) => short(bar.candidate).length));
  const ticks = Math.max(2, Math.floor(width / 90));
  const allZero = bars.every((bar) => bar.low === 0 && bar.high === 0);
  return Plot.plot({
    width,
    height: 42 + 26 * bars.length,
    marginLeft: Math.min(16 + 7.2 * longest, width / 2),
    marginRight: 20,
    marginTop: 6,
    marginBottom: 36,
    style: { fontSize: "12px", background: "none" },
    x: { reverse: !higher_is_better, nice: true, ...(allZero && { domain: [-1, 1] }) },
    y: { domain: bars.map((bar) => bar.candidate), label: null, tickSize: 0, tickFormat: short },
    marks: [
      Plot.gridX({ stroke: "var(--line)", strokeOpacity: 1, ticks }),
      Plot.axisX({ ticks, tickFormat: signed, tickSize: 0, fill: "var(--muted)", label: null }),
      Plot.text([unit ? `${unit}, better →` : "better →"], {
        frameAnchor: "bottom-right",
        dy: 32,
        fill: "var(--muted)",
      }),
      Plot.ruleX([0], { stroke: "var(--ink)" }),
      Plot.ruleY(bars, { y: "candidate", x1: "low", x2: "high", stroke: colour, strokeWidth: 2 }),
      Plot.dot(bars, {
        x: "difference",
        y: "candidate",
        fill: colour,
        symbol,
        rotate: (bar) => (bar.verdict === "worse" ? 180 : 0),
        r: 5,
      }),
      Plot.tip(
        bars,
        Plot.pointerY({
          x: "difference",
          y: "candidate",
          title: (bar) => `${bar.candidate}: ${bar.words}`,
          fill: "var(--card)",
          stroke: "var(--line)",
        }),
      ),
    ],
  });
});
