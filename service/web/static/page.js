// Wires the page: what is pressed, what is asked of the service, and where the answer goes.

import { all, button, el, find } from "./dom.js";
import { openRange, settle } from "./cell.js";
import * as faults from "./faults.js";
import { addRow, unmarkForm } from "./form.js";
import { draw, isCourse, load, openRequest, request, whenChanged } from "./panels.js";
import { usePasted } from "./paste.js";
import { PATIENTS } from "./patients.js";
import { NO_ANSWER, ask, knowledge, useKey } from "./service.js";
import * as turns from "./turns.js";

const say = (text) => (find("#status").textContent = text);
const settled = (status) => status >= 200 && status < 300;

// What only an answer needs comes with the first answer.
async function part(load) {
  try {
    return { status: 200, ...(await load()) };
  } catch {
    return NO_ANSWER;
  }
}

async function assess(options = {}) {
  const mine = turns.begin();
  const { sets, analytes } = await knowledge();
  if (!turns.isLatest(mine)) return;
  for (const row of all(".cell")) settle(row, analytes);
  const panel = withOptions(openRequest(), options);
  const whole = isCourse() ? withOptions(request(), options) : null;
  const found = await Promise.all([
    ask("v1/assessments", JSON.stringify(panel)), part(() => import("./answer.js")),
    ...(whole ? [ask("v1/trajectories", JSON.stringify(whole)), part(() => import("./course.js"))] : []),
  ]);
  if (!turns.end(mine)) return;
  const failed = failure(found);
  if (failed) return refuse(failed);
  const [answer, { showAssessment }, course, drawing] = found;
  faults.clear();
  const sentence = showAssessment(answer.document, panel, sets);
  drawing?.showCourse(course.document, whole, panel, { sets, analytes });
  arrive(sentence);
}

// Why nothing can be shown; of a course and its open panel that of the course.
const failure = (found) => found.findLast(({ status }) => !settled(status));

const withOptions = (document, options) =>
  Object.keys(options).length ? { ...document, options: { ...document.options, ...options } } : document;

async function assessFhir(resource) {
  const mine = turns.begin();
  const found = await Promise.all([ask("fhir/$evaluate-mas", resource, "application/fhir+json"), part(() => import("./fhir.js"))]);
  if (!turns.end(mine)) return;
  const failed = failure(found);
  const [{ document }, { showFhir }] = found;
  if (failed && document.resourceType !== "OperationOutcome") return refuse(failed);
  faults.clear();
  unmarkForm();
  arrive(showFhir(document));
}

// An answer stands for what was sent: once the form differs from that, the page says so above the answer.
function outdate() {
  turns.edit();
  if (find(".headline") && !find(".changed")) find("#result").before(el("p", { class: "changed" }, "The form has changed since this answer: assess again."));
}

function refuse({ status, document }) {
  faults.showProblem({ status, ...document }, { say, without: () => assess({ on_invalid: "omit" }) });
  outdate();
  say(document.detail ?? "The service refused the request.");
}

function arrive(sentence) {
  find(".changed")?.remove();
  if (turns.wasEdited()) outdate();
  find("#answer-title").focus();
  find("#answer").scrollIntoView({ block: "start" });
  say(sentence);
}

async function pasted() {
  find("#paste-fault").textContent = "";
  try {
    const resource = await usePasted();
    await (resource ? assessFhir(resource) : assess());
    if (find("#faults").hidden) toggle(find("#paste-open"), find("#paste"));
  } catch (error) {
    find("#paste-fault").textContent = error.message;
    find("#paste-text").focus();
  }
}

function toggle(opener, place) {
  place.hidden = !place.hidden;
  find("textarea", place).value = "";
  opener.setAttribute("aria-expanded", String(!place.hidden));
  if (!place.hidden) find("textarea", place).focus();
}

async function example({ name, document }) {
  faults.clear();
  await load(document);
  await assess();
  if (find("#faults").hidden) say(`${name}. ${find(".category")?.textContent ?? ""}`);
}

async function clearAll(blank) {
  turns.drop();
  faults.clear();
  unmarkForm();
  find(".changed")?.remove();
  await load({});
  find("#answer-title").textContent = "The answer";
  find("#result").replaceChildren(...blank.cloneNode(true).childNodes);
  say("Cleared.");
  find("#age").focus();
}

function wire() {
  const blank = find("#result").cloneNode(true);
  for (const [id, one] of Object.entries(PATIENTS)) {
    find("#examples").append(button(one.short ?? one.name, () => example(one), { "data-example": id, "aria-label": one.name, class: one.short && "quiet" }));
  }
  for (const row of all(".cell")) {
    find(".range", row).addEventListener("click", () => openRange(row));
    row.addEventListener("change", async () => settle(row, (await knowledge()).analytes));
  }
  find("#ask").addEventListener("submit", (event) => {
    event.preventDefault();
    assess();
  });
  find("#ask").addEventListener("input", (event) => !["paste-text", "key"].includes(event.target.id) && outdate());
  find("#key")?.addEventListener("input", (event) => useKey(event.target.value));
  find("#paste-open").addEventListener("click", (event) => toggle(event.target, find("#paste")));
  find("#paste-use").addEventListener("click", pasted);
  find("#add-medication").addEventListener("click", () => addRow("medications", "last_dose").focus());
  find("#clear").addEventListener("click", () => clearAll(blank));
  whenChanged(({ shown }) => {
    outdate();
    unmarkForm();
    (shown ? faults.refresh : faults.clear)();
  });
  draw();
  find("#assess").disabled = false;
  knowledge();
}

wire();
