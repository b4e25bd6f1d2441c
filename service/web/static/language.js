// The page's own words in the language of the reader. English is in the page; every other language is one file.

import { all, find } from "./dom.js";

const ATTRIBUTES = ["aria-label", "placeholder", "title"];
let texts = {}; // English -> the language that is shown

// t("Panel of {date}", {date}): the text in the language that is shown.
export const t = (text, values = {}) =>
  Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, () => value), texts[text] ?? text);

// Marks a text of a list, which is put into the language where it is shown.
export const msg = (text) => text;

// Takes the words of the language in which the page was served.
export async function start() {
  texts = await fetched(document.documentElement.lang);
}

// Puts the words of the page into another language, in the document and in the given parts that stand outside of it.
export async function change(code, ...parts) {
  const next = await fetched(code);
  const english = new Map(Object.entries(texts).map(([key, value]) => [value, key]));
  const said = (text) => {
    const key = english.get(text) ?? text;
    return next[key] ?? key;
  };
  for (const root of [document.body, ...parts]) {
    for (const node of words(root)) node.data = node.data.replace(node.data.trim(), () => said(node.data.trim()));
    for (const name of ATTRIBUTES) all(`[${name}]`, root).forEach((one) => one.setAttribute(name, said(one.getAttribute(name))));
  }
  document.title = said(document.title);
  document.documentElement.lang = code;
  find("#half").hidden = code === "en";
  texts = next;
}

function words(root) {
  const found = [];
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) if (walk.currentNode.data.trim()) found.push(walk.currentNode);
  return found;
}

async function fetched(code) {
  if (code === "en") return {};
  try {
    return (await (await fetch(new URL(`${code}.json`, import.meta.url))).json()).texts;
  } catch {
    return {}; // the page stays readable, in English
  }
}
