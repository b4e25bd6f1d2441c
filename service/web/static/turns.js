// Which question the page waits for. An answer that a later question, or clearing, has overtaken is dropped:
// it would stand beside the values of another patient.

import { find } from "./dom.js";
import { t } from "./language.js";

let turn = 0;
let edited = false;

// Starts to wait; returns the number of this question. One that is asked while the reader types shows nothing.
export function begin(quietly = false) {
  edited = false;
  if (!quietly) show(true);
  turn += 1;
  return turn;
}

export const isLatest = (mine) => mine === turn;

// Ends the wait, unless a later question was asked: then returns false, and the answer is not to be shown.
export function end(mine) {
  if (isLatest(mine)) show(false);
  return isLatest(mine);
}

// Drops whatever is still on its way.
export const drop = () => end(begin());

export const edit = () => (edited = true);
export const wasEdited = () => edited;

function show(waiting) {
  find("#answer").setAttribute("aria-busy", String(waiting));
  find("#assess").textContent = t(waiting ? "Assessing…" : "Assess");
}
