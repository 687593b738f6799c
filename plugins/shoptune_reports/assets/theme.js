"use strict";
// The colours follow the system, unless the reader chose light or dark; the choice is kept where the browser allows it.
{
  const themes = ["auto", "light", "dark"];
  const root = document.documentElement;
  const kept = () => {
    try {
      return localStorage.getItem("shoptune-theme");
    } catch {
      return null; // A browser may forbid it to files.
    }
  };
  const keep = (theme) => {
    try {
      localStorage.setItem("shoptune-theme", theme);
    } catch {
      // Then it holds for this visit alone.
    }
  };
  let theme = themes.includes(kept()) ? kept() : "auto";
  const show = () => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (button) button.textContent = `Theme: ${theme}`;
  };
  show();
  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    button.hidden = false;
    button.addEventListener("click", () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      keep(theme);
      show();
    });
    show();
  });
}
