// Wires the page: what is pressed, what is asked of the service, and where the answer goes.

import { all, button, el, find } from "./dom.js";
import { closeRange, isAsLoaded, offerRange, openRange, settle } from "./cell.js";
import * as faults from "./faults.js";
import { addRow, unmarkForm } from "./form.js";
import * as language from "./language.js";
import * as live from "./live.js";
import { t } from "./language.js";
import { add, draw, isCourse, load, nameTab, openRequest, request, whenChanged } from "./panels.js";
import { stampPaper } from "./paper.js";
import { PATIENTS } from "./patients.js";
import * as question from "./question.js";
import { NO_ANSWER, ask, knowledge, useKey, usesKey } from "./service.js";
import { wireToolbar } from "./toolbar.js";
import * as turns from "./turns.js";
import { clearBrought, wireIntake } from "./intake.js";
import { fill, wireUnits } from "./units.js";
import { label, readable } from "./words.js";

const say = (text) => (find("#status").textContent = text);
const settled = (status) => status >= 200 && status < 300;
let redraw = () => {}; // draws the present answer once more

// What only an answer needs comes with the first answer.
async function part(load) {
  try {
    return { status: 200, ...(await load()) };
  } catch {
    return NO_ANSWER;
  }
}

// Asks the service about the form. Quietly, as while typing: no fault is shown and nothing moves.
async function assess(options = {}, quietly = false) {
  live.stop();
  const { sets, analytes } = await knowledge();
  if (!quietly) clarifyAll(analytes);
  if (!quietly && question.first()) return say(t("First say which number is meant."));
  const mine = turns.begin(quietly);
  const panel = withOptions(openRequest(), options);
  const whole = isCourse() ? withOptions(request(), options) : null;
  const found = await Promise.all([
    ask("v1/assessments", JSON.stringify(panel)), part(() => import("./answer.js")),
    ...(whole ? [ask("v1/trajectories", JSON.stringify(whole)), part(() => import("./course.js"))] : []),
  ]);
  if (!turns.end(mine)) return;
  const failed = failure(found);
  if (failed) return quietly ? wait(failed) : refuse(failed);
  const [answer, { showAssessment }, course, drawing] = found;
  faults.clear();
  redraw = () => {
    showAssessment(answer.document, panel, sets, exactly);
    drawing?.showCourse(course.document, whole, panel, { sets, analytes });
    stampPaper();
    return `${find(".category").lastChild.textContent}. ${find(".summary").textContent}`;
  };
  arrive(redraw(), quietly);
}

// Why nothing can be shown; of a course and its open panel that of the course.
const failure = (found) => found.findLast(({ status }) => !settled(status));

const withOptions = (document, options) =>
  Object.keys(options).length ? { ...document, options: { ...document.options, ...options } } : document;

function clarifyAll(analytes) {
  for (const row of all(".cell")) tidy(row, analytes);
}

// What was typed into a row, as the service reads it; a row that shows what was loaded stays as it came.
function tidy(row, analytes) {
  if (isAsLoaded(row)) return;
  for (const control of all("input", row)) question.clarify(row, control);
  settle(row, analytes);
  offerRange(row);
}

async function exactly(wanted) {
  (await import("./numbers.js")).showExact(wanted);
  redraw();
  find(".exact").focus();
}

// An answer stands for what was sent: once the form differs from that, the page says so above the answer.
function outdate() {
  turns.edit();
  if (find(".headline")) notice(t("The form has changed since this answer: assess again."));
}

// A refusal while typing is no fault yet: one line says what is still needed.
function wait({ document }) {
  const [fault] = document.errors ?? [];
  const [, group, id] = fault?.pointer.replace(/^\/panels\/\d+/, "").split("/") ?? [];
  if (id) notice(t("Still needed: {name}: {detail}", { name: ["observations", "findings"].includes(group) ? label(id) : t("this form"), detail: readable(fault.detail) }));
}

function notice(text) {
  find("#notice").replaceChildren(...(text ? [el("p", { class: "changed" }, text)] : []));
}

function refuse({ status, document }) {
  faults.showProblem({ status, ...document }, { say, without: () => assess({ on_invalid: "omit" }) });
  outdate();
  say(document.detail ?? t("The service refused the request."));
}

function arrive(sentence, quietly = false) {
  notice("");
  if (turns.wasEdited()) outdate();
  const category = find(".category")?.textContent ?? "";
  const glance = find("#glance");
  const isNews = glance.textContent !== category;
  glance.textContent = category;
  glance.hidden = false;
  glance.className = `glance ${find(".headline")?.dataset.category ?? ""}`;
  if (quietly) return isNews && say(sentence);
  find("#answer-title").focus();
  find("#answer").scrollIntoView({ block: "start" });
  say(sentence);
}

async function example({ name, document }) {
  faults.clear();
  clearBrought();
  await load(document);
  fill();
  await assess();
  if (find("#faults").hidden) say(`${t(name)}. ${find(".category")?.textContent ?? ""}`);
}

async function clearAll(blank) {
  live.stop();
  turns.drop();
  faults.clear();
  clearBrought();
  unmarkForm();
  await load({});
  fill();
  find("#paste-text").value = find("#link-text").value = "";
  find("#file").value = "";
  showBlank(blank);
  say(t("Cleared."));
  find(".first .cell input").focus();
}

function showBlank(blank) {
  redraw = () => {};
  notice("");
  find("#glance").hidden = true;
  find("#answer-title").textContent = t("The answer");
  find("#result").replaceChildren(...blank.cloneNode(true).childNodes);
}

async function changeLanguage(code, blank) {
  await language.change(code, blank);
  redraw();
  draw();
}

function toggleRanges(pressed) {
  const open = pressed.getAttribute("aria-expanded") !== "true";
  pressed.setAttribute("aria-expanded", String(open));
  for (const row of all(".cell", pressed.closest(".group"))) (open ? openRange : closeRange)(row);
  if (open) find("[data-end]", pressed.closest(".group")).focus();
}

function wireForm(blank) {
  const form = find("#ask");
  form.reset(); // what a browser restored is of another patient
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    assess();
  });
  form.addEventListener("input", (event) => {
    if (["paste-text", "key", "link-text", "file"].includes(event.target.id) || event.target.name === "system") return;
    if (event.target.id === "collected") nameTab();
    outdate();
    live.soon();
  });
  for (const row of all(".cell")) row.addEventListener("change", async () => tidy(row, (await knowledge()).analytes));
  for (const one of all(".ranges")) one.addEventListener("click", () => toggleRanges(one));
  find("#add-medication").addEventListener("click", () => addRow("medications", "last_dose").focus());
  find("#add-panel").addEventListener("click", add);
  find("#clear").addEventListener("click", () => clearAll(blank));
}

async function wire() {
  await language.start();
  const blank = find("#result").cloneNode(true);
  for (const [id, one] of Object.entries(PATIENTS)) {
    find("#examples").append(button(t(one.short ?? one.name), () => example(one), { "data-example": id, "aria-label": t(one.name), class: one.short && "quiet" }));
  }
  wireForm(blank);
  wireToolbar("#tools");
  wireUnits();
  live.wireLive(() => assess({}, true), () => question.isOpen() || !find("#faults").hidden || (find("#key") && !usesKey()));
  find("#key")?.addEventListener("input", (event) => useKey(event.target.value));
  find("#language").addEventListener("change", (event) => changeLanguage(event.target.value, blank));
  addEventListener("beforeprint", () => stampPaper());
  whenChanged(({ shown }) => {
    outdate();
    unmarkForm();
    (shown ? faults.refresh : faults.clear)();
  });
  draw();
  find("#assess").disabled = false;
  knowledge();
  wireIntake({ assess, say });
  if (find("#launch")) (await import("./smart/launch.js")).open({ assess, say });
}

wire();
