// A date field, and the exact moment behind it: a time of day that was loaded is not lost by showing its day.

export function setDay(field, moment = "") {
  const text = String(moment ?? "").slice(0, 10);
  field.value = isDay(text) ? text : ""; // what is no date is sent on, so that the service names it
  field.dataset.sent = moment ?? "";
  field.dataset.shown = field.value;
}

// The day as entered, or what was loaded if the field still shows what it showed then; undefined where there is none.
export const day = (field) => (field.value === (field.dataset.shown ?? "") ? field.dataset.sent : field.value) || undefined;

// A moment for reading: its day, and its time where it has one, for two panels of one day.
export const moment = (text) => text.slice(0, 16).replace("T", " ");

function isDay(text) {
  const time = Date.parse(`${text}T00:00Z`);
  return text.length === 10 && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
