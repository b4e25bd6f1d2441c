// A row of buttons that is one stop of the Tab key; the arrow keys go along it.

import { all, find } from "./dom.js";

const STEPS = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

export function wireToolbar(selector) {
  const bar = find(selector);
  const buttons = () => all("button", bar);
  const hold = (chosen) => buttons().forEach((one) => (one.tabIndex = one === chosen ? 0 : -1));
  hold(buttons()[0]);
  bar.addEventListener("focusin", (event) => hold(event.target));
  bar.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    const list = buttons();
    const at = list.indexOf(document.activeElement) + STEPS[event.key];
    list[Math.min(Math.max(at, 0), list.length - 1)].focus();
  });
}
