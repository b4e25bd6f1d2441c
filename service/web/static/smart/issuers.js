// Which servers may be asked: those that the operator has listed, and no other for any reason.

const BELOW = "/*";
const PLAIN = /^[\w.~=+-]+(?:\/[\w.~=+-]+)*$/; // what would need interpretation to compare is no address
const HERE = ["localhost", "127.0.0.1", "[::1]"];

// A base address as browsers write it, without a closing slash; "" for what is none.
export function plain(address) {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url && isSafe(url) && !url.username && !url.password && !/[?#]/.test(url.href) ? url.href.replace(/\/+$/, "") : "";
}

// Whether a server is listed: named in full, or below an entry that ends in /*.
export function isListed(address, listed) {
  const base = plain(address);
  const lies = (entry) => {
    const above = `${plain(entry.slice(0, -BELOW.length))}/`;
    return base.startsWith(above) && PLAIN.test(base.slice(above.length));
  };
  return base !== "" && listed.some((entry) => (entry.endsWith(BELOW) ? lies(entry) : base === plain(entry)));
}

// The servers of the list that are named in full: those that a person may choose.
export const named = (listed) => listed.filter((entry) => !entry.endsWith(BELOW));

// Whether an address may be told a code or a token: it is the server's own origin, or one that is listed beside it.
export function isTrusted(address, base, origins) {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url !== null && isSafe(url) && [base, ...origins].some((one) => new URL(one).origin === url.origin);
}

export const host = (address) => (URL.canParse(address) ? new URL(address).host : "");

const isSafe = ({ protocol, hostname }) => protocol === "https:" || (protocol === "http:" && HERE.includes(hostname));
