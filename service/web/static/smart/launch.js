// The page as a SMART app: signs in at the EHR, reads the record, fills the form and asks the service.
// The token lives in the functions below until the record is read, and nowhere else.

import { button, el, find } from "../dom.js";
import { useRecord } from "../intake.js";
import { msg, t } from "../language.js";
import { usesKey } from "../service.js";
import { finish, start } from "./authorization.js";
import { host, named } from "./issuers.js";
import { record } from "./record.js";
import { asked, whole } from "./redirect.js";
import { MAY_PASS, REFUSALS, Refusal } from "./refusal.js";

const NAMES = {
  patient: msg("who the patient is"),
  labs: msg("laboratory results"),
  temperature: msg("body temperature"),
  conditions: msg("diagnoses"),
  medications: msg("medications"),
};

export async function open(page) {
  const known = JSON.parse(find("#launch").dataset.known);
  const given = asked();
  const isReturn = given.has("code") || given.has("error") || given.has("state");
  if (!isReturn && !given.get("iss")) return choose(known);
  await attempt(async () => {
    if (!isReturn) return begin({ issuer: given.get("iss"), launch: given.get("launch") }, known);
    tell(t("Reading the record in the EHR …"));
    const access = await finish(given, known);
    const read = await record(access, known);
    whenUnlocked(() => use(read, host(access.base), page));
  }, known);
}

async function attempt(work, known) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refuse(error.reason, known);
  }
}

function begin(from, known) {
  tell(t("Going to the sign-in of the EHR …"));
  return start(from, known);
}

// Without an EHR that opened the page, a person says where to sign in.
function choose(known) {
  const servers = named(known.issuers);
  find("#launch").classList.remove("refused");
  const places = servers.map((issuer) => button(servers.filter((one) => host(one) === host(issuer)).length > 1 ? issuer : host(issuer), () => attempt(() => begin({ issuer }, known), known)));
  if (!places.length) return tell(t("Open this page from the EHR, with a patient."));
  tell(t("Sign in at the EHR to read a patient’s record:"), el("p", { class: "buttons" }, places));
}

// A service that demands a key gets it from the person: it is none of the EHR's.
function whenUnlocked(work) {
  const key = find("#key");
  if (!key || usesKey()) return work();
  tell(t("The record is read. Enter the access key of this service, then go on."), el("p", { class: "buttons" }, button(t("Go on"), () => (usesKey() ? work() : key.focus()), { class: "main" })));
  key.focus();
}

async function use(read, server, page) {
  try {
    await useRecord(JSON.stringify(read.bundle));
  } catch (error) {
    return tell(t(error.message), el("p", { class: "buttons" }, button(t("Try again"), () => use(read, server, page))));
  }
  const absent = [[msg("Not allowed by the EHR:"), read.forbidden], [msg("Could not be read from the EHR:"), read.failed], [msg("Allowed by the EHR in part only:"), read.partial]];
  tell([el("span", {}, t("Read from")), " ", el("b", {}, server)], whose(read.person), absent.filter(([, keys]) => keys.length).map(noted));
  await page.assess();
  find("#launch").scrollIntoView({ block: "start" }); // whose answer it is comes first
}

// Whose record it is, to be compared with the patient who is meant; shown until the form is of another.
function whose(person) {
  const names = Array.isArray(person?.name) ? person.name : [];
  const name = names.find((one) => one?.use === "official") ?? names[0];
  const called = typeof name?.text === "string" ? name.text : [name?.given, name?.family].flat().filter((one) => typeof one === "string").join(" ");
  const born = typeof person?.birthDate === "string" ? [el("span", {}, t("born")), " ", person.birthDate] : [];
  return called || born.length ? el("p", { class: "whose" }, el("b", {}, called), " ", born) : null;
}

const noted = ([title, keys]) => el("p", { class: "absent" }, el("span", {}, t(title)), " ", keys.map((key, at) => [at > 0 && ", ", el("span", {}, t(NAMES[key] ?? key))]));

function refuse(reason, known) {
  const [happened, remedy] = REFUSALS[reason];
  const again = MAY_PASS.includes(reason) && named(known.issuers).length > 0 && el("p", { class: "buttons" }, button(t("Sign in again"), () => choose(known)));
  const alone = reason === "storage" && window !== top && el("p", {}, el("a", { href: whole(), target: "_blank", rel: "noopener" }, t("Open in a window of its own")));
  find("#launch").classList.add("refused");
  tell(t(happened), el("p", {}, t(remedy)), again, alone, el("p", { class: "hint" }, t("The form below works without the EHR.")));
  find("#launch-title").focus();
}

// Says how it stands, aloud as well; what there is to do stands below.
function tell(line, ...more) {
  find("#launch-says").replaceChildren(...[line].flat());
  find("#launch-more").replaceChildren(...more.flat().filter(Boolean));
}
