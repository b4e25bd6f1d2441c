// The way to the sign-in of the EHR and back. Only this module reads the address, and it alone keeps anything:
// a random state, the secret that proves whose code it is, and the server, from the way there until the return.

import { Refusal } from "./refusal.js";

const KEPT = "mas.smart";

export const asked = () => new URLSearchParams(location.search);
export const whole = () => location.href;

// Where the EHR sends people back to: this page, as it is registered there.
export const back = () => location.origin + location.pathname;

export function leave(address, kept) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    throw new Refusal("storage"); // as in a frame whose visitors are not to be followed
  }
  location.replace(address);
}

// What was kept under this state; it is gone from here at once, and the code from the address.
export function returned(state) {
  history.replaceState(null, "", location.pathname);
  let text = null;
  try {
    text = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
  } catch {
    throw new Refusal("storage");
  }
  const kept = text ? JSON.parse(text) : null;
  if (!state || kept?.state !== state) throw new Refusal("state");
  return kept;
}
