"use strict";
// A link to a part that is folded away unfolds it, also in browsers that do not do so by themselves.
{
  const unfold = () => {
    const target = document.querySelector(":target");
    if (!target) return;
    const folded = [];
    for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) {
      if (!part.open) folded.push(part);
    }
    for (const part of folded) part.open = true;
    if (folded.length) target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();
}
