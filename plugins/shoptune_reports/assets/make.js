"use strict";
// make(tag, properties, ...children) is a new element.  Children that are strings become text, never markup; a child
// that is null is left out.  Properties that start with "aria-" or "data-" are attributes, the others properties.
function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (/^(aria|data)-/.test(name)) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}
