/* What is shown: all of it is in the hash of the address, so that a link shows the same again.
 * Only the theme is not: it belongs to the reader. */
import * as time from "./time.js";

const DEFAULTS = {
	at: "",         /* RFC 3339; empty: live */
	window: "5m",
	level: "service",
	ns: "",         /* only this namespace */
	view: "graph",
	sel: "",        /* node:ID, edge:ID>ID, address:IP */
	sort: "-rate",  /* column of the table, - is downward */
	shut: "",       /* namespaces collapsed by hand, with commas */
	open: "",       /* namespaces opened by hand where all are collapsed */
	all: "",        /* 1: as many edges as can be are drawn */
	base: "",       /* what to compare with: a duration before, or RFC 3339 */
	span: "",       /* how much time the slider covers; empty: everything kept */
	z: "",          /* x,y,scale of the graph where it was moved by hand */
};

/* What values a link may have; any other shows the default. */
const isInstant = (text) => !Number.isNaN(time.instant(text));
const VALID = {
	at: isInstant,
	window: (text) => time.duration(text) >= 1000,
	level: (text) => ["service", "workload", "namespace", "zone"].includes(text),
	view: (text) => ["graph", "table"].includes(text),
	base: (text) => text === "previous" || time.duration(text) > 0 || isInstant(text),
	span: (text) => time.duration(text) > 0,
	z: (text) => /^-?\d+,-?\d+,\d*\.?\d+$/.test(text),
};

/* Encodes as little as a fragment allows, because people read and mail links. */
const encode = (value) => encodeURIComponent(value).replace(/%(2F|3A|2C|3E|40)/g, decodeURIComponent);

export function parse(hash) {
	const state = { ...DEFAULTS };
	for (const part of hash.replace(/^#/, "").split("&")) {
		const [name, ...rest] = part.split("=");
		if (!Object.hasOwn(DEFAULTS, name)) continue;
		try {
			const value = decodeURIComponent(rest.join("="));
			if (value === "" || (VALID[name]?.(value) ?? true)) state[name] = value || DEFAULTS[name];
		} catch { /* not encoded as it should be */ }
	}
	return state;
}

export function format(state) {
	return Object.keys(DEFAULTS)
		.filter((name) => state[name] !== DEFAULTS[name])
		.map((name) => `${name}=${encode(state[name])}`)
		.join("&");
}

let state = parse(location.hash);
const listeners = [];

export const current = () => state;
export const onChange = (listener) => listeners.push(listener);

function publish(before) {
	for (const listener of listeners) listener(state, before);
}

/* Steps that one would go back over get their place in the history; moves in time and of the view do not. */
export function change(changes, { step = false } = {}) {
	const before = state;
	state = { ...state, ...changes };
	const hash = format(state);
	if (hash === format(before)) return;
	history[step ? "pushState" : "replaceState"](null, "", hash ? `#${hash}` : location.pathname + location.search);
	publish(before);
}

addEventListener("popstate", () => {
	const before = state;
	state = parse(location.hash);
	if (format(state) !== format(before)) publish(before);
});

export const listOf = (text) => new Set(text.split(",").filter(Boolean));
