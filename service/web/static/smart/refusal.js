// Why a launch ended, in plain words: what happened, and what to do.

import { msg } from "../language.js";

export class Refusal extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

const REOPEN = msg("Open the page from the EHR again, or sign in once more.");
const OPERATOR = msg("Tell those who run this service.");

// By reason: [what happened, what to do].
export const REFUSALS = {
  authority: [msg("The EHR sends its sign-in to an address that this service does not trust."), OPERATOR],
  denied: [msg("The EHR did not give access: it was declined there."), msg("Without access nothing is read. Sign in again to allow it, or enter the panel by hand.")],
  expired: [msg("The access that the EHR gave has expired."), REOPEN],
  forbidden: [msg("The EHR does not let you read this patient’s laboratory results."), msg("Ask those who manage rights in the EHR, or enter the panel by hand.")],
  grant: [msg("The sign-in was used before, or took too long."), REOPEN],
  insecure: [msg("The browser cannot prove whose sign-in this is, since the page was not opened over https."), OPERATOR],
  issuer: [msg("The EHR that opened this page is not on this service’s list, so nothing was sent to it."), OPERATOR],
  patient: [msg("The EHR did not say which patient is meant."), msg("Open a patient in the EHR first, then open this page from there.")],
  person: [msg("The EHR does not let you see this patient."), msg("Check in the EHR that you have opened the right patient and may see the record.")],
  proof: [msg("The EHR does not offer the proof of sign-in that this page needs (PKCE with S256)."), OPERATOR],
  refused: [msg("The EHR refused the sign-in of this page."), OPERATOR],
  results: [msg("The laboratory results could not be read from the EHR."), msg("Try again in a moment, or enter the panel by hand.")],
  scope: [msg("The EHR did not allow this page to read laboratory results."), msg("The permission for Observation is missing. It is given at the sign-in, or by those who manage the EHR.")],
  state: [msg("This answer does not belong to a sign-in that this page began, so it was not used."), msg("If you did not begin to sign in yourself, close the page. Otherwise open it from the EHR again.")],
  storage: [msg("The browser lets this page keep nothing, not even the secret of the sign-in."), msg("Open the page in a window of its own, not in a frame.")],
  unreachable: [msg("The EHR did not answer."), msg("Check the network, then try again.")],
};

// Those that another sign-in may mend.
export const MAY_PASS = ["denied", "expired", "grant", "patient", "results", "scope", "state", "unreachable"];
