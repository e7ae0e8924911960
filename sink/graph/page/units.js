/* Numbers for people: three significant digits and a unit. */

/* Made once: toLocaleString() makes one for each call. */
const whole = new Intl.NumberFormat("en-US");

function digits(value) {
	if (value >= 100) return whole.format(Math.round(value));
	if (value >= 10) return value.toFixed(1).replace(/\.0$/, "");
	return value.toFixed(2).replace(/\.?0+$/, "");
}

function scaled(value, base, units) {
	let unit = 0;
	while (value >= base * 0.9995 && unit < units.length - 1) {
		value /= base;
		unit++;
	}
	return `${digits(value)}${units[unit]}`;
}

export const count = (value) => whole.format(Math.round(value));
export const bytes = (value) => scaled(value, 1024, [" B", " KiB", " MiB", " GiB", " TiB"]);
export const time = (ns) => (ns === null || ns === undefined ? "–" : scaled(ns, 1000, [" ns", " µs", " ms", " s"]));

/* Per second; what is rarer than once in ten seconds is per minute or hour, so that it is not 0. */
export function rate(perSecond, what) {
	if (perSecond === 0) return `0 ${what}/s`;
	if (perSecond >= 0.1) return `${scaled(perSecond, 1000, ["", "k", "M"])} ${what}/s`;
	if (perSecond * 60 >= 0.1) return `${digits(perSecond * 60)} ${what}/min`;
	return `${digits(perSecond * 3600)} ${what}/h`;
}

/* The same in as few characters as can be. */
export const shortRate = (perSecond) => rate(perSecond, "").replace(" /", "/").replace(/(\.\d)\d/, "$1");

export function percent(ratio) {
	if (ratio > 0 && ratio < 0.001) return "< 0.1 %";
	return `${(ratio * 100).toFixed(ratio >= 0.1 ? 0 : 1).replace(/\.0$/, "")} %`;
}

export const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;
