// Several panels: the categories in order of time, what happened, and one small picture per observation.

import { moment } from "./day.js";
import { el, find } from "./dom.js";
import { MARKS, grouped } from "./answer.js";
import { copyButtons } from "./copy.js";
import { picture } from "./picture.js";
import { inCanonical, reading } from "./reading.js";
import { references } from "./sets.js";
import { msg, t } from "./language.js";
import { category, label, list, plain, readable } from "./words.js";

const day = (moment) => moment.slice(0, 10);
const EVENTS = { onset: msg("Onset"), resolution: msg("Resolution"), normalisation: msg("back to normal") };
const STATES = { no_onset: msg("No panel was likely or probable."), open: msg("Not yet resolved."), resolved: msg("Resolved.") };

export function showCourse(course, request, shownPanel, { sets, analytes }) {
  const state = STATES[course.course?.state] ?? "";
  const open = unresolved(course);
  const late = open(shownPanel.collected_at ?? "", find(".headline").dataset.category);
  if (late) calm(find(".headline"));
  (find(".paper") ?? find("#result").firstChild).after(el("section", { class: "course", "aria-labelledby": "course-title" },
    el("h3", { id: "course-title" }, t("The course")),
    el("ol", { class: "strip" }, runs(course.assessments, open).map(step)),
    state && el("p", { class: "state", lang: course.course.summary ? "en" : null }, course.course.summary ?? t(state)),
    course.events.length > 0 && el("ul", { class: "events" }, course.events.map(event)),
    key(request), multiples(course, request, sets, analytes), changes(course),
    copyButtons({ path: "v1/trajectories", request, answer: course, text: () => notes(course) }),
    remarks(course.warnings ?? [], request)));
  find(".headline").before(el("h3", { class: "of" }, t("Panel of {date}", { date: shownPanel.collected_at ? moment(shownPanel.collected_at) : t("no date") })));
}

const UNRESOLVED = msg("No longer meets the criteria; not resolved");

// Whether a panel stands in an onset that has not resolved: then it is not headed "unlikely", whatever it shows alone.
function unresolved({ course, events }) {
  const onset = events.findLast((one) => one.type === "onset");
  return (at, word) => course?.state === "open" && word === "unlikely" && Boolean(onset) && Date.parse(at) >= Date.parse(onset.collected_at);
}

function calm(headline) {
  headline.className = "headline indeterminate";
  find(".category", headline).replaceChildren(el("span", { "aria-hidden": "true" }, "◐ "), t(UNRESOLVED));
}

// What the service remarks about treatments, each sentence once with the doses it is about.
function remarks(warnings, { treatments: given = [] }) {
  const dose = ({ pointer }) => [given[Number(pointer.split("/")[2])]].filter(Boolean).map((one) => `${one.name} ${moment(one.given_at)}`);
  const line = ([message, those]) => el("li", {}, el("b", {}, those.flatMap(dose).join(", ")), ": ", readable(message));
  return warnings.length > 0 && el("ul", { class: "changes" }, grouped(warnings, (one) => one.message).map(line));
}

const MANY = 12; // panels from which those in a row with one category are told together

// [{from, to, count, word}] in order of time
function runs(assessments, open) {
  const found = [];
  for (const { collected_at: at, classification: { category } } of assessments) {
    const word = open(at, category) ? "unresolved" : category;
    const last = found.at(-1);
    if (assessments.length > MANY && last?.word === word) Object.assign(last, { to: at, count: last.count + 1 });
    else found.push({ from: at, to: at, count: 1, word });
  }
  return found;
}

const step = ({ from, to, count, word }) =>
  el("li", { class: word }, count > 1 ? `${t("{from} to {to}, {count} panels", { from: moment(from), to: moment(to), count })}: ` : `${moment(from)} `, el("span", { "aria-hidden": "true" }, `${MARKS[word] ?? "◐"} `), el("b", {}, word === "unresolved" ? t(UNRESOLVED) : category(word)));

const notes = (course) => [
  `${t("MAS criteria, the course")}:`,
  ...course.assessments.map((one) => `- ${moment(one.collected_at)}: ${category(one.classification.category)}`),
  ...course.events.map((one) => event(one).textContent),
  course.disclaimer,
].filter(Boolean).join("\n");

function event(one) {
  const what = one.observation ? `${label(one.observation)} ${t(EVENTS[one.type] ?? plain(one.type))}` : `${t(EVENTS[one.type] ?? plain(one.type))}: ${category(one.category ?? "")}`;
  const after = one.after_treatment ? `, ${t("after {name} (dose {number})", { name: one.after_treatment.name, number: one.after_treatment.dose_number })}` : "";
  const acting = (ids, words) => (ids?.length ? `; ${words} ${list(ids.map(spelt), t("and"))}` : "");
  return el("li", {}, `${moment(one.collected_at)} `, el("b", {}, what, one.in_mas_direction ? ` (${t("towards MAS")})` : ""), after, acting(one.masked_by, t("may be feigned by")), acting(one.cautions, t("under")));
}

// The ids of cautions are words of medicine but for the interleukins.
const spelt = (id) => plain(id).replace(/^il(\d+)/, "IL-$1");

// Every change as the service words it, marked where it goes the way that experts named for MAS.
function changes({ dynamics, consensus }) {
  const line = (one) => el("li", {}, one.in_mas_direction ? el("b", {}, readable(one.text), ` (${t("towards MAS")})`) : readable(one.text), one.masked_by.length > 0 && `; ${t("may be hidden by")} ${list(one.masked_by.map(spelt), t("and"))}`);
  return dynamics.length > 0 && el("details", {}, el("summary", {}, t("Every change in words")), el("ul", { class: "changes", lang: "en" }, dynamics.map(line)),
    el("p", { class: "hint" }, `${t("towards MAS")}: `, el("span", { lang: "en" }, consensus.note)), references(consensus.references));
}

function key(request) {
  const given = treatments(request).map((one, at) => el("li", {}, `${at + 1}: ${one.name}, ${day(one.given_at)}`));
  return el("div", { class: "hint" }, t("Filled points are past the limit, hollow ones are not; arrows have no end; a line is broken where a panel between has no number; the tinted side of the dashed line is past the limit."),
    given.length > 0 && [` ${t("Dotted lines are treatments")}:`, el("ul", { class: "strip" }, given)]);
}

const treatments = (request) => (request.treatments ?? []).filter((one) => one.given_at).sort((one, other) => Date.parse(one.given_at) - Date.parse(other.given_at));

function multiples(course, request, sets, analytes) {
  const panels = [...request.panels].sort((one, other) => Date.parse(one.collected_at) - Date.parse(other.collected_at));
  const given = treatments(request).map((one) => Date.parse(one.given_at));
  const times = [...panels.map((one) => Date.parse(one.collected_at)), ...given];
  const primary = course.assessments.at(-1)?.classification.primary;
  const order = [...sets.values()].sort((one, other) => (other.id === primary) - (one.id === primary));
  const pictures = [...analytes.values()].map((analyte) => {
    const points = panels.map((panel, at) => ({ at, time: Date.parse(panel.collected_at), day: day(panel.collected_at), ...reading(panel.observations?.[analyte.id], analyte) }));
    if (!points.some((one) => one.kind)) return null;
    return picture({ name: label(analyte.id), analyte, points, limit: limitOf(analyte, order), given, times });
  });
  return el("div", { class: "multiples" }, pictures);
}

// The limit of the first set, the primary one before the others, that compares the observation itself.
function limitOf(analyte, order) {
  for (const set of order) {
    const found = thresholds(set.rule).find((one) => one.observation === analyte.id);
    const unit = found && analyte.units.find((one) => one.code === found.threshold.unit);
    if (unit?.comparable) return { value: inCanonical(found.threshold.value, unit), comparator: found.threshold.comparator, title: set.short_title };
  }
  return null;
}

const thresholds = (node) => (node.kind === "threshold" ? [node] : (node.of ?? []).flatMap(thresholds));

