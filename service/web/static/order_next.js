// "Order next": one list of tests by rank with the sets they could decide, the bedside apart, and those to follow folded.

import { button, el, find } from "./dom.js";
import { t } from "./language.js";
import { label } from "./words.js";

const BEDSIDE = /^(?:temperature|(?:liver|spleen)_below_costal_margin)$/;
const fits = (set) => set.applicability !== "not_applicable";

export function orderNext(answer, sets) {
  const { tests, bedside, follow } = ranked(answer);
  if (!tests.length && !bedside.length && !follow.length) return "";
  const decided = isDecided(answer);
  const line = ({ id, decides }) => el("li", {}, toField(id), " ", el("span", { class: "decides" }, decides.map((set) => el("span", { class: "tag deciding", lang: "en" }, sets.get(set)?.short_title ?? set))));
  const group = (title, items) => items.length > 0 && [el("h4", {}, title), el("ol", { class: "ranks" }, items.map(line))];
  const body = [
    group(t("Tests"), tests), group(t("At the bedside"), bedside),
    follow.length > 0 && (tests.length + bedside.length ? el("details", {}, el("summary", {}, t("To follow in any case")), buttons(follow)) : buttons(follow)),
  ];
  const title = decided ? t("Other sets still undecided") : tests.length + bedside.length ? t("Order next: each of these could decide a set") : t("Worth measuring");
  if (decided) return el("details", { class: "decide folded" }, el("summary", {}, title), body);
  return el("section", { class: "decide", "aria-labelledby": "decide-title" }, el("h3", { id: "decide-title" }, title), body);
}

const buttons = (items) => el("p", { class: "buttons" }, items.map(({ id }) => toField(id)));

// Whether the set that leads has its verdict: what is left then concerns others.
const isDecided = ({ classification, criteria }) =>
  criteria.some((set) => set.id === classification.primary && set.verdict !== "indeterminate") && classification.category !== "indeterminate";

// The tests in the service's order, then what only a set itself names as deciding.
function ranked({ suggested_tests: suggested, criteria, classification }) {
  const open = criteria.filter(fits);
  open.sort((one, other) => (other.id === classification.primary) - (one.id === classification.primary));
  const found = new Map();
  const add = (id, set) => found.set(id, [...(found.get(id) ?? []), ...(set && !found.get(id)?.includes(set) ? [set] : [])]);
  for (const test of suggested) for (const set of test.decides) add(test.observation, set);
  for (const set of open) for (const id of set.decisive) add(id, set.id);
  const all = [...found].map(([id, decides]) => ({ id, decides }));
  const atBedside = ({ id }) => BEDSIDE.test(id) || find(`[data-finding="${CSS.escape(id)}"]`) !== null || !find(`[data-observation="${CSS.escape(id)}"]`);
  const follow = suggested.filter((test) => !found.has(test.observation)).map((test) => ({ id: test.observation }));
  return { tests: all.filter((one) => !atBedside(one)), bedside: all.filter(atBedside), follow };
}

export function toField(id) {
  const go = () => {
    const field = find(`[data-observation="${CSS.escape(id)}"] input, [data-finding="${CSS.escape(id)}"] input:checked`) ?? find("#onset");
    field.closest("details")?.setAttribute("open", "");
    field.focus();
  };
  return button(label(id), go, { class: "test", lang: "en", "aria-label": t("{name}: go to its field", { name: label(id) }) });
}
