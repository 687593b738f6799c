"use strict";
// Loss over the steps of a training; a kind of loss is told by its dashes as well as its colour.
chart("loss", (figure, width) => {
  const { series } = data.losses[figure.dataset.of];
  const dashes = [null, "6 3", "2 3", "8 3 2 3"];
  const ticks = Math.max(2, Math.floor(width / 90));
  const points = series.map(({ points }) => points.map(([step, loss]) => ({ step, loss })));
  return Plot.plot({
    width,
    height: 260,
    marginLeft: 52,
    marginRight: 12,
    marginBottom: 38,
    style: { fontSize: "12px", background: "none", color: "var(--muted)" },
    x: { label: "step", labelArrow: "none", ticks, tickSize: 0 },
    y: { label: "loss", labelArrow: "none", nice: true, ticks: 6, tickSize: 0 },
    marks: [
      Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 6 }),
      ...points.flatMap((of, number) => {
        const place = { x: "step", y: "loss" };
        const stroke = `var(--line-${number % 4})`;
        return [
          Plot.lineY(of, { ...place, stroke, strokeWidth: 2, strokeDasharray: dashes[number % 4] }),
          Plot.dot(of.length < 30 ? of : [], { ...place, fill: stroke, r: 3 }),
        ];
      }),
      Plot.tip(
        points.flatMap((of, number) => of.map((point) => ({ ...point, name: series[number].name }))),
        Plot.pointer({
          x: "step",
          y: "loss",
          title: ({ name, step, loss }) => `${name} ${loss.toFixed(3)} at step ${step}`,
          fill: "var(--card)",
          stroke: "var(--line)",
        }),
      ),
    ],
  });
});
