/* Makes elements. Text is always set as text, never parsed: names come from records that anybody may write. */
const SVG = "http://www.w3.org/2000/svg";

function make(element, attributes, children) {
	for (const [name, value] of Object.entries(attributes ?? {})) {
		if (value === null || value === undefined || value === false) continue;
		if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
		else element.setAttribute(name, value === true ? "" : value);
	}
	element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
	return element;
}

export const el = (tag, attributes, ...children) => make(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) => make(document.createElementNS(SVG, tag), attributes, children);
export const $ = (id) => document.getElementById(id);

/* Sets an attribute only where it differs, because each write costs a style pass. */
export function set(element, name, value) {
	const text = String(value);
	if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/* Calls WORK at most once in MS, and at last with the newest arguments. */
export function throttle(work, ms) {
	let timer = null;
	let last = null;
	return (...args) => {
		last = args;
		timer ??= setTimeout(() => { timer = null; work(...last); }, ms);
	};
}

/* The clipboard needs HTTPS or localhost; elsewhere a selection does it. */
export async function copy(text) {
	try {
		await navigator.clipboard.writeText(text);
	} catch {
		const area = el("textarea", { class: "hidden" });
		area.value = text;
		document.body.append(area);
		area.select();
		document.execCommand("copy");
		area.remove();
	}
}

export function save(name, type, content) {
	const url = URL.createObjectURL(new Blob([content], { type }));
	el("a", { href: url, download: name }).click();
	setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/* Off the page, so that measuring does not make the browser style the page first; one for each font. */
const canvases = new Map();
const widths = new Map();

/* The width in pixels of TEXT in the CSS font FONT. */
export function textWidth(text, font) {
	const key = font + text;
	let width = widths.get(key);
	if (width === undefined) {
		if (!canvases.has(font)) {
			canvases.set(font, new OffscreenCanvas(1, 1).getContext("2d"));
			canvases.get(font).font = font;
		}
		width = canvases.get(font).measureText(text).width;
		if (widths.size > 20000) widths.clear();
		widths.set(key, width);
	}
	return width;
}

const shortened = new Map();

/* TEXT, or as much of it as fits into MOST pixels, with an ellipsis in the middle: names differ at their ends. */
export function fitted(text, font, most) {
	if (textWidth(text, font) <= most) return text;
	const key = `${font}${most} ${text}`;
	if (shortened.has(key)) return shortened.get(key);
	if (shortened.size > 5000) shortened.clear();
	const fit = shorten(text, font, most);
	shortened.set(key, fit);
	return fit;
}

function shorten(text, font, most) {
	for (let keep = text.length - 1; keep > 2; keep--) {
		const head = Math.ceil(keep * 0.6);
		const short = `${text.slice(0, head)}…${text.slice(text.length - (keep - head))}`;
		if (textWidth(short, font) <= most) return short;
	}
	return "…";
}
