// Builds elements without markup in strings, so that no value of a patient is ever parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";

export const find = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// What a table holds under a name that a caller may have chosen: "constructor" is no entry of it.
export const entry = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);

// el("p", {class: "hint", on: {click}}, "text", child): false and null children are left out.
export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

export const button = (text, click, attributes = {}) => el("button", { type: "button", ...attributes, on: { click } }, text);

function filled(node, { on = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false && value !== undefined) node.setAttribute(name, value === true ? "" : value);
  }
  for (const [name, handler] of Object.entries(on)) node.addEventListener(name, handler);
  node.append(...children.flat(3).filter((child) => child !== null && child !== false && child !== undefined && child !== ""));
  return node;
}
