// What stands on paper only: whose answer this is, to be written by hand, and when it was printed.

import { el, find } from "./dom.js";
import { t } from "./language.js";

export const paperHead = () => el("div", { class: "paper" },
  el("p", { class: "whose" }, el("span", {}, t("Name")), el("span", { class: "blank" }), el("span", {}, t("Number")), el("span", { class: "blank" })),
  el("p", { class: "printed" }, t("Printed on"), " ", el("time", {})));

// Sets the time of printing; called as the browser begins to print.
export function stampPaper(now = new Date()) {
  const place = find(".paper time");
  if (!place) return;
  const two = (number) => String(number).padStart(2, "0");
  place.textContent = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}:${two(now.getMinutes())}`;
}
