// Reads the patient's record with the queries of the CDS Hooks service, page by page and within bounds.

import { fetched, read } from "./authorization.js";
import { isListed, plain } from "./issuers.js";
import { Refusal } from "./refusal.js";
import { isPartial, lacks } from "./scopes.js";

const MOST_PAGES = 5; // of one query; the service is told that more would follow
const PATIENT = "{{context.patientId}}";
const WHO = ["name", "telecom", "address", "contact", "photo", "communication", "text"]; // shown here, and sent nowhere
const FAILED = { resourceType: "OperationOutcome", issue: [{ severity: "error", code: "incomplete" }] };

// Returns {bundle, person, forbidden, failed, partial}: the record as the service takes it, the Patient, and by key the queries
// that gave nothing or not all.
export async function record({ base, token, patient, scope }, known) {
  const asked = Object.entries(known.queries);
  const answers = await Promise.all(asked.map(([, query]) => answerTo(query, { base, token, patient, scope }, known)));
  const of = (state) => asked.filter((_, at) => answers[at].state === state).map(([key]) => key);
  const [forbidden, failed] = [of("forbidden"), of("failed")];
  if (of("expired").length) throw new Refusal("expired");
  if (forbidden.includes(known.required)) throw new Refusal("forbidden");
  if (answers.some(({ status, isOne }) => status === 403 && isOne)) throw new Refusal("person");
  if (failed.includes(known.required)) throw new Refusal("results");
  const documents = answers.flatMap(({ state, pages, partial }) => [...(state === "read" ? pages : [FAILED]), ...(partial ? [FAILED] : [])]);
  const person = documents.find(({ resourceType }) => resourceType === "Patient") ?? null;
  const bundle = { resourceType: "Bundle", type: "collection", entry: documents.map((resource) => ({ resource: resource === person ? unnamed(person) : resource })) };
  return { bundle, person, forbidden, failed, partial: asked.filter((_, at) => answers[at].partial).map(([key]) => key) };
}

const unnamed = (person) => Object.fromEntries(Object.entries(person).filter(([key]) => !WHO.includes(key)));

async function answerTo(query, access, known) {
  if (lacks(access.scope, query)) return { state: "forbidden" };
  const path = query.replaceAll(PATIENT, access.patient);
  if (path.includes("{{")) return { state: "failed" }; // a token of CDS Hooks alone
  const pages = [];
  let address = `${access.base}/${path}`;
  while (address && pages.length < MOST_PAGES) {
    const answer = await fetched(address, { headers: { Accept: "application/fhir+json", Authorization: `Bearer ${access.token}` } });
    const state = { 401: "expired", 403: "forbidden" }[answer?.status];
    if (state) return { state, status: answer.status, isOne: !query.includes("?") };
    const page = answer?.ok ? await read(answer) : null;
    if (!["Bundle", "Patient"].includes(page?.resourceType)) return { state: "failed" };
    pages.push(page);
    address = following(page, access.base, known.issuers);
  }
  return { state: "read", pages: joined(pages), partial: isPartial(access.scope, query) };
}

// The address of the next page; "" if there is none, or if it is not on this server or not listed.
function following(page, base, listed) {
  const links = Array.isArray(page.link) ? page.link : [];
  const link = links.find((one) => one?.relation === "next")?.url;
  if (typeof link !== "string" || !URL.canParse(link, `${base}/`)) return "";
  const url = new URL(link, `${base}/`);
  const place = plain(url.origin + url.pathname);
  const isHere = url.origin === new URL(base).origin && !url.username && !url.password;
  return isHere && (place === base || place.startsWith(`${base}/`) || isListed(place, listed)) ? url.href : "";
}

// Pages that were read no longer lead to the next, and their total is that of all of them.
function joined(pages) {
  if (pages.length < 2) return pages;
  return pages.map(({ link, total: _, ...page }, at) => (at === pages.length - 1 && link ? { ...page, link } : page));
}
