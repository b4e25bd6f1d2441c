// Wires the page: what is pressed, what is asked of the service, and where the answer goes.

import { all, button, el, find } from "./dom.js";
import { openRange } from "./cell.js";
import * as faults from "./faults.js";
import { addRow, unmarkForm } from "./form.js";
import { draw, isCourse, load, openRequest, request, whenChanged } from "./panels.js";
import { usePasted } from "./paste.js";
import { PATIENTS } from "./patients.js";
import { ask, knowledge } from "./service.js";

const say = (text) => (find("#status").textContent = text);
const settled = (status) => status >= 200 && status < 300;

async function assess(options = {}) {
  const asked = withOptions(isCourse() ? request() : openRequest(), options);
  const [answer, course] = await Promise.all([
    ask("v1/assessments", JSON.stringify(withOptions(openRequest(), options))),
    isCourse() ? ask("v1/trajectories", JSON.stringify(asked)) : null,
  ]);
  const failed = course && !settled(course.status) ? course : answer;
  if (!settled(failed.status)) return refuse(failed, assess);
  faults.clear();
  const { sets, analytes } = await knowledge();
  const { showAssessment } = await import("./answer.js"); // what only an answer needs comes with the first answer
  const sentence = showAssessment(answer.document, openRequest(), sets);
  if (course) (await import("./course.js")).showCourse(course.document, asked, openRequest(), { sets, analytes });
  return arrive(sentence);
}

const withOptions = (document, options) =>
  Object.keys(options).length ? { ...document, options: { ...document.options, ...options } } : document;

async function assessFhir(resource) {
  const { status, document } = await ask("fhir/$evaluate-mas", JSON.stringify(resource), "application/fhir+json");
  if (!settled(status) && document.resourceType !== "OperationOutcome") return refuse({ status, document }, () => assessFhir(resource));
  faults.clear();
  unmarkForm();
  return arrive((await import("./fhir.js")).showFhir(document));
}

// An answer stands for what was sent: once the form differs from that, the page says so above the answer.
function outdate() {
  if (find(".headline") && !find(".changed")) find("#result").before(el("p", { class: "changed" }, "The form has changed since this answer: assess again."));
}

function refuse({ status, document }, again) {
  faults.showProblem({ status, ...document }, { say, without: () => assess({ on_invalid: "omit" }), again: () => again() });
  outdate();
  say(document.detail ?? "The service refused the request.");
}

function arrive(sentence) {
  find(".changed")?.remove();
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
    find("#examples").append(button(one.name, () => example(one), { "data-example": id, class: id.endsWith("printed") ? "quiet" : "" }));
  }
  for (const row of all(".cell")) find(".range", row).addEventListener("click", () => openRange(row));
  find("#ask").addEventListener("submit", (event) => {
    event.preventDefault();
    assess();
  });
  find("#ask").addEventListener("input", (event) => event.target.id !== "paste-text" && outdate());
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
