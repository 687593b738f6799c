"use strict";
// chart(name, draw) draws every <figure data-chart="name" data-label="what it shows"> with draw(figure, width), which
// returns an element, and draws it anew where the figure's width or a choice in it changes.  A figure that is folded
// away is drawn once it is unfolded.  Colours are CSS variables, such as var(--line-0), and so follow the theme by
// themselves.
function chart(name, draw) {
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    if (figure.dataset.chart !== name) continue;
    let drawn = null;
    let width = 0;
    const redraw = () => {
      const next = draw(figure, width);
      next.setAttribute("role", "img");
      // One label for the whole: those that the library gives to parts say "dot" and "rule".
      for (const part of next.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
      next.setAttribute("aria-label", figure.dataset.label);
      if (drawn) drawn.replaceWith(next);
      else figure.prepend(next);
      drawn = next;
    };
    figure.addEventListener("change", redraw);
    new ResizeObserver(([entry]) => {
      const now = Math.floor(entry.contentRect.width);
      if (now === width || now === 0) return;
      width = now;
      redraw();
    }).observe(figure);
  }
}
