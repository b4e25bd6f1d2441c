// A number that can be read in two ways: which of them is meant, the reader says with a press.

import { all, button, el, find } from "./dom.js";
import { typed } from "./decimal.js";
import { t } from "./language.js";
import { label } from "./words.js";

// Writes what was typed as the service reads it; asks where it could be two numbers. Returns whether it asked.
export function clarify(row, control) {
  const { text, choices } = typed(control.value);
  drop(row, control);
  if (text !== control.value) control.value = text;
  if (!choices) return false;
  const name = label(row.dataset.observation);
  const answers = choices.map((choice) => button(choice.trim(), () => settle(row, control, choice), { class: "mend" }));
  const question = t("Which number is meant?");
  row.append(el("div", { class: "asks", role: "group", "aria-label": `${name}: ${question}`, "data-about": control.id || control.dataset.end }, question, " ", answers));
  return true;
}

// Leads to the first open question of the form; false where there is none.
export function first() {
  const question = find(".asks");
  question?.closest("details")?.setAttribute("open", "");
  find("button", question ?? document.createElement("i"))?.focus();
  return question !== null;
}

// Whether any number of the form can be read in two ways.
export const isOpen = () => find(".asks") !== null || all(".cell input").some((control) => typed(control.value).choices);

function settle(row, control, choice) {
  control.value = choice;
  drop(row, control);
  control.focus();
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

function drop(row, control) {
  all(".asks", row).filter((one) => one.dataset.about === (control.id || control.dataset.end)).forEach((one) => one.remove());
}
