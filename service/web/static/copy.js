// Takes the request and the answer away as curl, JSON or a short text for the notes; nothing leaves the page by itself.

import { button, el, find } from "./dom.js";
import { entered } from "./entered.js";
import { counted, shown, sign, span } from "./numbers.js";
import { address, usesKey } from "./service.js";
import { msg, t } from "./language.js";
import { category, label, list, readable, verdictWord } from "./words.js";

export const json = (document) => JSON.stringify(document, null, 2);

export function curl(request, path) {
  const body = json(request).replaceAll("'", "'\\''");
  const key = usesKey() ? `  -H "Authorization: Bearer $MAS_API_KEY" \\\n` : "";
  return `curl -sS -X POST '${address(path)}' \\\n${key}  -H 'Content-Type: application/json' \\\n  -d '${body}'\n`;
}

export function notes(answer, request, sets) {
  const { classification } = answer;
  const word = (one) => verdictWord(one.verdict) + (one.verdict_implied === one.verdict ? "" : ` (${t("with “low” and “high”")}: ${verdictWord(one.verdict_implied)})`);
  const figure = (one) => (one.score ? `, ${span(one.score)}, ${t("cut-off {cutoff}", { cutoff: `${sign(one.score.comparator)} ${shown(one.score.cutoff)}` })}` : one.count ? `, ${counted(one.count)}` : "");
  const line = (one) => `- ${sets.get(one.id)?.short_title ?? one.id}: ${word(one)}${figure(one)}`;
  const open = answer.criteria.find((one) => one.id === classification.primary)?.decisive ?? [];
  const of = request.collected_at ? `, ${t("panel of {date}", { date: request.collected_at.slice(0, 10) })}` : "";
  return [
    `${t("MAS criteria")}${of}: ${category(classification.category)}.`,
    readable(classification.summary),
    ...entered(request).map(([name, text]) => `${name}: ${text}`),
    ...answer.criteria.filter((one) => one.applicability !== "not_applicable").map(line),
    open.length ? t("Would decide: {tests}.", { tests: list(open.map(label)) }) : "",
    ...answer.cautions.map((one) => `${t("Caution")}: ${readable(one.message)}`),
    answer.disclaimer,
    `(${t("service {version}", { version: answer.meta.service_version })}, ${answer.meta.criteria_digest.slice(0, 19)})`,
  ].filter(Boolean).join("\n");
}

// Buttons that copy one exchange with the service, and `text`, what it says in short.
export function copyButtons({ path, request, answer, text }) {
  const kinds = {
    "curl": () => curl(request, path),
    [msg("Request (JSON)")]: () => json(request),
    [msg("Answer (JSON)")]: () => json(answer),
    [msg("Text for the notes")]: text,
  };
  return el("div", { class: "copy buttons", role: "group", "aria-label": t("Copy") }, el("span", { class: "hint" }, t("Copy as")),
    Object.entries(kinds).map(([name, make]) => button(t(name), (event) => copy(make(), event.target), { class: "quiet" })),
    button(t("Print"), () => print(), { class: "quiet" }),
    el("textarea", { class: "copied", readonly: true, hidden: true, rows: "10", "aria-label": t("What was copied") }));
}

// The clipboard is refused on plain http: then the text is shown, selected, for the keyboard.
async function copy(text, pressed) {
  const box = find(".copied", pressed.parentElement);
  try {
    await navigator.clipboard.writeText(text);
    box.hidden = true;
    find("#status").textContent = t("{name}: copied.", { name: pressed.textContent });
    const before = pressed.textContent;
    pressed.textContent = t("Copied ✓");
    setTimeout(() => (pressed.textContent = before), 1600);
  } catch {
    box.value = text;
    box.hidden = false;
    box.select();
    find("#status").textContent = t("Selected: copy it with the keyboard.");
  }
}
