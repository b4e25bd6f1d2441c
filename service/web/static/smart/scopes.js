// What the page asks to be allowed, and what of that a server granted, in the words of SMART version 1 or 2.

const GRANTED = /^(?:patient|user)\/(\*|[A-Za-z]+)\.(read|write|\*|c?r?u?d?s?)(\?\S+)?$/;

const typeOf = (query) => /^[A-Za-z]+/.exec(query)[0];
const isSearch = (query) => query.includes("?");

// A right to read and to search each type of the queries; in the words of version 2 if the server says that it knows them.
export function wanted(queries, capabilities) {
  const right = Array.isArray(capabilities) && capabilities.includes("permission-v2") ? "rs" : "read";
  return [...new Set(Object.values(queries).map(typeOf))].map((type) => `patient/${type}.${right}`);
}

const allows = (right, query) => right === "read" || right === "*" || (right !== "write" && right.includes(isSearch(query) ? "s" : "r"));

function grants(scope, query) {
  const read = scope.split(/\s+/).map((one) => GRANTED.exec(one)).filter(Boolean);
  return read.filter(([, type, right]) => (type === "*" || type === typeOf(query)) && allows(right, query));
}

// Whether a query is not allowed at all. A server that names no scope grants what was asked.
export const lacks = (scope, query) => typeof scope === "string" && grants(scope, query).length === 0;

// Whether only a part of what a query finds may be seen (patient/Observation.rs?category=...).
export const isPartial = (scope, query) => typeof scope === "string" && !lacks(scope, query) && grants(scope, query).every(([, , , part]) => part);
