"use strict";
// Figures as text, written as in the rest of the page (formatting.py): a share as 41.3 %, a score as 0.312, a count as 61.4.
const figures = (() => {
  const decimals = { share: 1, score: 3, count: 1 };
  const digits = (number, format) => {
    const places = decimals[format];
    const scaled = format === "share" ? number * 100 : number;
    const options = { minimumFractionDigits: places, maximumFractionDigits: places };
    return { scaled: Number(scaled.toFixed(places)), text: Math.abs(scaled).toLocaleString("en-GB", options) };
  };
  return {
    whole: (number) => number.toLocaleString("en-GB"),
    value(number, format) {
      if (number === null) return "–";
      const { scaled, text } = digits(number, format);
      return (scaled < 0 ? "−" : "") + text + (format === "share" ? "\u00a0%" : "");
    },
    difference(number, format) {
      if (number === null) return "–";
      const { scaled, text } = digits(number, format);
      return (scaled < 0 ? "−" : scaled > 0 ? "+" : "") + text + (format === "share" ? "\u00a0pp" : "");
    },
  };
})();
