// The switch between SI and conventional units: it fills empty unit pickers, by the reader's choice, while the page lives.

import { all, find } from "./dom.js";
import { input, picker } from "./cell.js";

const chosen = () => find("input[name=system]:checked")?.value;

export function wireUnits() {
  for (const box of all("input[name=system]")) box.addEventListener("change", fill);
}

// Sets the picker of each row that has no value, or no unit yet; a unit beside a value is never touched.
export function fill() {
  const system = chosen();
  for (const row of all(".cell")) {
    const unit = row.dataset[system];
    if (unit && (!input(row).value.trim() || !picker(row).value)) picker(row).value = unit;
  }
}
