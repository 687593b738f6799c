"use strict";
// The page is whole without this: it opens all samples at a click, and what is folded before it is printed.
const button = document.getElementById("open-all");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = button.textContent === "Open all";
    for (const sample of document.querySelectorAll("details.sample")) sample.open = open;
    button.textContent = open ? "Close all" : "Open all";
  });
}
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
