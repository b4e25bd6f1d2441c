// SMART App Launch 2.2 as a public client: what a server offers, the way to its sign-in, and the token for a code.

import { isListed, isTrusted, plain } from "./issuers.js";
import * as redirect from "./redirect.js";
import { Refusal } from "./refusal.js";
import { lacks, wanted } from "./scopes.js";

const PATIENCE = 30_000; // milliseconds for an answer
const PROOF = "S256";
const BYTES = 32; // of a random text: 43 characters
const ID = /^[A-Za-z0-9.-]{1,64}$/;
const TOKEN = /^[\x21-\x7e]+$/;

// Goes to the sign-in of a server; with a launch the EHR has said which patient is open.
export async function start({ issuer, launch }, known) {
  if (!isListed(issuer, known.issuers)) throw new Refusal("issuer");
  if (!globalThis.crypto?.subtle) throw new Refusal("insecure");
  const server = await offered(plain(issuer), known);
  const [state, verifier] = [random(), random()];
  const address = new URL(server.authorization_endpoint);
  const asked = {
    response_type: "code",
    client_id: known.client,
    redirect_uri: redirect.back(),
    scope: [launch ? "launch" : "launch/patient", ...wanted(known.queries, server.capabilities)].join(" "),
    state,
    aud: issuer,
    code_challenge: await challenge(verifier),
    code_challenge_method: PROOF,
    ...(launch ? { launch } : {}),
  };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  redirect.leave(address.href, { state, verifier, issuer });
}

// Takes what the sign-in sent back; returns {base, token, patient, scope}, which nothing outside of the caller keeps.
export async function finish(asked, known) {
  const { verifier, issuer } = redirect.returned(asked.get("state"));
  if (!isListed(issuer, known.issuers)) throw new Refusal("issuer");
  if (asked.has("error")) throw new Refusal(asked.get("error") === "access_denied" ? "denied" : asked.get("error") === "invalid_scope" ? "scope" : "refused");
  const base = plain(issuer);
  const server = await offered(base, known);
  if (server.authorization_response_iss_parameter_supported === true && asked.get("iss") !== server.issuer) throw new Refusal("state");
  const given = await exchanged(server.token_endpoint, { grant_type: "authorization_code", code: asked.get("code"), redirect_uri: redirect.back(), client_id: known.client, code_verifier: verifier });
  if (lacks(given.scope, known.queries[known.required])) throw new Refusal("scope");
  if (!ID.test(given.patient ?? "")) throw new Refusal("patient");
  return { base, token: given.access_token, patient: given.patient, scope: given.scope };
}

async function offered(base, known) {
  const answer = await fetched(`${base}/.well-known/smart-configuration`, { headers: { Accept: "application/json" } });
  const server = answer?.ok ? await read(answer) : null;
  if (!server) throw new Refusal("unreachable");
  if (!server.code_challenge_methods_supported?.includes?.(PROOF)) throw new Refusal("proof");
  if (![server.authorization_endpoint, server.token_endpoint].every((one) => isTrusted(one, base, known.authorities))) throw new Refusal("authority");
  return server;
}

async function exchanged(address, form) {
  const answer = await fetched(address, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(form) });
  if (!answer) throw new Refusal("unreachable");
  const given = await read(answer);
  if (!answer.ok) throw new Refusal(given?.error === "invalid_grant" ? "grant" : "refused");
  if (!TOKEN.test(given?.access_token ?? "") || String(given.token_type).toLowerCase() !== "bearer") throw new Refusal("refused");
  return given;
}

// Null where nothing answered. Never with cookies, and never to where a redirect leads.
export async function fetched(address, asked) {
  try {
    return await fetch(address, { credentials: "omit", redirect: "error", cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...asked });
  } catch {
    return null;
  }
}

export async function read(answer) {
  try {
    const document = await answer.json();
    return typeof document === "object" ? document : null;
  } catch {
    return null;
  }
}

const random = () => packed(crypto.getRandomValues(new Uint8Array(BYTES)));
const challenge = async (verifier) => packed(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
const packed = (bytes) => btoa(String.fromCodePoint(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
