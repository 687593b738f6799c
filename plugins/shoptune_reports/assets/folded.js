"use strict";
// What is folded away is printed all the same, but for samples, of which those are printed that the reader opened.
{
  const folded = new Set();
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details:not([open], .sample)")) {
      folded.add(part);
      part.open = true;
    }
  });
  addEventListener("afterprint", () => {
    for (const part of folded) part.open = false;
    folded.clear();
  });
}
