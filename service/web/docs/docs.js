// Starts the viewer on the contract of this service. It keeps no credentials and asks no other host.

const contract = new URL("../openapi.json", import.meta.url);

// The viewer has a dark face but does not follow the reader's choice by itself.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
follow();
dark.addEventListener("change", follow);

function land() {
  const target = document.getElementById(location.hash.slice(1));
  if (target) target.scrollIntoView();
}

// Names and keyboard stops that the viewer leaves out.
const NAMES = { "#servers": "Server", ".examples-select-element": "Example", ".body-param__text": "Body of the request", ".parameters-col_description > select": "Value of the parameter" };

function mend() {
  for (const [selector, name] of Object.entries(NAMES)) {
    for (const one of document.querySelectorAll(`${selector}:not([aria-label])`)) one.setAttribute("aria-label", name);
  }
  for (const one of document.querySelectorAll("pre.microlight:not([tabindex]), .curl:not([tabindex])")) one.tabIndex = 0;
}
new MutationObserver(mend).observe(document.getElementById("viewer"), { childList: true, subtree: true });

window.SwaggerUIBundle({
  url: contract.href,
  dom_id: "#viewer",
  validatorUrl: null,
  persistAuthorization: false,
  deepLinking: false,
  queryConfigEnabled: false,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  syntaxHighlight: { activated: false },
  onComplete: land,
});
window.addEventListener("hashchange", land);
