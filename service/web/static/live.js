// The answer while typing: asked for once the hand rests, shown without moving anything, and silent where it is refused.

const REST = 700; // milliseconds without a key before the service is asked
let timer = 0;
let asked = () => {};
let paused = () => false;

// `ask` asks the service; `unless` says when the form is not to be asked about, as while a question is open.
export function wireLive(ask, unless) {
  asked = ask;
  paused = unless;
}

export function soon() {
  stop();
  timer = setTimeout(() => !paused() && asked(), REST);
}

export const stop = () => clearTimeout(timer);
