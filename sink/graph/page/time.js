/* Instants are milliseconds since 1970, durations are milliseconds. All times are shown in UTC, as in the logs. */

const UNITS = { ms: 1, s: 1000, m: 60000, h: 3600000, d: 86400000 };

/* "90s", "1h30m", "7d"; NaN for anything else. */
export function duration(text) {
	if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return NaN;
	let sum = 0;
	for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) sum += number * UNITS[unit];
	return sum;
}

export function durationText(ms) {
	let text = "";
	let rest = Math.round(ms / 1000);
	for (const [unit, seconds] of [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]]) {
		if (rest >= seconds) text += Math.floor(rest / seconds) + unit;
		rest %= seconds;
	}
	return text || "0s";
}

/* The same in one unit, as the server reads it. */
export function oneUnit(ms) {
	const [unit, size] = Object.entries(UNITS).reverse().find(([, size]) => ms % size === 0 && ms >= size) ?? ["s", 1000];
	return `${Math.round(ms / size)}${unit}`;
}

/* "5 minutes", "2 hours": the largest unit, for people. */
export function ago(ms) {
	for (const [name, size] of [["day", 86400000], ["hour", 3600000], ["minute", 60000]]) {
		const number = Math.floor(ms / size);
		if (number >= 1) return `${number} ${name}${number === 1 ? "" : "s"}`;
	}
	const seconds = Math.max(0, Math.floor(ms / 1000));
	return `${seconds} second${seconds === 1 ? "" : "s"}`;
}

/* RFC 3339 to milliseconds, null for null. */
export function instant(text) {
	return text === null || text === undefined ? null : Date.parse(text.replace(/(\.\d{3})\d+/, "$1"));
}

/* What a person types: RFC 3339, the same without a zone (UTC), now, or -2h, counted from NEWEST.
 * Milliseconds; null for now; NaN if it is none of these. */
export function typed(text, newest) {
	const trimmed = text.trim();
	if (trimmed === "" || trimmed.toLowerCase() === "now") return null;
	if (trimmed.startsWith("-")) return newest - duration(trimmed.slice(1));
	const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(Z|UTC|[+-]\d\d:\d\d)?$/i.exec(trimmed);
	if (!match) return NaN;
	const zone = !match[3] || /^(z|utc)$/i.test(match[3]) ? "Z" : match[3];
	return instant(`${match[1]}T${match[2]?.length === 5 ? `${match[2]}:00` : match[2] ?? "00:00:00"}${zone}`);
}

export const iso = (ms) => new Date(ms).toISOString().replace(".000Z", "Z");
export const clock = (ms) => new Date(ms).toISOString().slice(11, 19);
export const day = (ms) => new Date(ms).toISOString().slice(0, 10);

/* "2026-11-24 07:47:00 – 07:52:00 UTC" */
export function rangeText(from, to) {
	const end = day(from) === day(to) ? clock(to) : `${day(to)} ${clock(to)}`;
	return `${day(from)} ${clock(from)} – ${end} UTC`;
}

const STEPS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10800, 21600, 43200, 86400, 172800, 604800];

/* Round instants between FROM and TO, at most MOST of them, and their texts. */
export function ticks(from, to, most) {
	const step = (STEPS.find((s) => (to - from) / (s * 1000) <= most) ?? 2592000) * 1000;
	const marks = [];
	for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
		const text = at % 86400000 === 0 ? day(at).slice(5) : step < 60000 ? clock(at) : clock(at).slice(0, 5);
		marks.push({ at, text });
	}
	return marks;
}
