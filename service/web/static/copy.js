// Takes the request and the answer away as curl, JSON or a short text for the notes; nothing leaves the page by itself.

import { button, el, find } from "./dom.js";
import { entered } from "./entered.js";
import { counted, shown, sign, span } from "./numbers.js";
import { address, usesKey } from "./service.js";
import { VERDICTS, category, label, list, readable } from "./words.js";

export const json = (document) => JSON.stringify(document, null, 2);

export function curl(request, path) {
  const body = json(request).replaceAll("'", "'\\''");
  const key = usesKey() ? `  -H "Authorization: Bearer $MAS_API_KEY" \\\n` : "";
  return `curl -sS -X POST '${address(path)}' \\\n${key}  -H 'Content-Type: application/json' \\\n  -d '${body}'\n`;
}

export function notes(answer, request, sets) {
  const { classification } = answer;
  const word = (one) => VERDICTS[one.verdict].word + (one.verdict_implied === one.verdict ? "" : ` (${VERDICTS[one.verdict_implied].word} if words count)`);
  const figure = (one) => (one.score ? `, ${span(one.score)}, cut-off ${sign(one.score.comparator)} ${shown(one.score.cutoff)}` : one.count ? `, ${counted(one.count)}` : "");
  const line = (one) => `- ${sets.get(one.id)?.short_title ?? one.id}: ${word(one)}${figure(one)}`;
  const open = answer.criteria.find((one) => one.id === classification.primary)?.decisive ?? [];
  return [
    `MAS criteria${request.collected_at ? `, panel of ${request.collected_at.slice(0, 10)}` : ""}: ${category(classification.category)}.`,
    readable(classification.summary),
    ...entered(request).map(([name, text]) => `${name}: ${text}`),
    ...answer.criteria.filter((one) => one.applicability !== "not_applicable").map(line),
    open.length ? `Would decide: ${list(open.map(label))}.` : "",
    ...answer.cautions.map((one) => `Caution: ${readable(one.message)}`),
    answer.disclaimer,
    `(service ${answer.meta.service_version}, ${answer.meta.criteria_digest.slice(0, 19)})`,
  ].filter(Boolean).join("\n");
}

// Buttons that copy one exchange with the service, and `text`, what it says in short.
export function copyButtons({ path, request, answer, text }) {
  const kinds = {
    "curl": () => curl(request, path),
    "Request (JSON)": () => json(request),
    "Answer (JSON)": () => json(answer),
    "Text for the notes": text,
  };
  return el("div", { class: "copy buttons", role: "group", "aria-label": "Copy" }, el("span", { class: "hint" }, "Copy as"),
    Object.entries(kinds).map(([name, make]) => button(name, (event) => copy(make(), event.target), { class: "quiet" })),
    button("Print", () => print(), { class: "quiet" }),
    el("textarea", { class: "copied", readonly: true, hidden: true, rows: "10", "aria-label": "What was copied" }));
}

// The clipboard is refused on plain http: then the text is shown, selected, for the keyboard.
async function copy(text, pressed) {
  const box = find(".copied", pressed.parentElement);
  try {
    await navigator.clipboard.writeText(text);
    box.hidden = true;
    find("#status").textContent = `${pressed.textContent}: copied.`;
    const before = pressed.textContent;
    pressed.textContent = "Copied ✓";
    setTimeout(() => (pressed.textContent = before), 1600);
  } catch {
    box.value = text;
    box.hidden = false;
    box.select();
    find("#status").textContent = "Selected: copy it with the keyboard.";
  }
}
