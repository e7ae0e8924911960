/* What the panels are made of. */
import { el, svg, $, copy } from "./dom.js";
import { icon } from "./icons.js";
import { address, Superseded } from "./server.js";

export function heading(kind, title, line, close) {
	return el("header", null,
		svg("svg", { viewBox: "-1 -1 18 18", width: 20, height: 20, "aria-hidden": "true", class: `kind kind-${kind}` }, icon(kind)),
		el("div", null, el("h2", null, title), el("p", null, line)),
		el("button", { type: "button", class: "quiet icon close", "aria-label": "Close the details", onclick: close }, "×"));
}

export const section = (title, ...content) => el("section", null, el("h3", null, title), ...content);

/* Pairs of a name and a value. */
export const facts = (pairs) => el("dl", null, pairs.filter(Boolean).map(([name, value, css]) => el("div", null, el("dt", null, name), el("dd", { class: css ?? null }, value))));

/* A command that can be copied. */
export function command(label, text) {
	const button = el("button", { type: "button", class: "quiet" }, "Copy");
	button.addEventListener("click", async () => {
		await copy(text);
		button.textContent = "Copied";
		$("spoken").textContent = `${label} copied`;
		setTimeout(() => { button.textContent = "Copy"; }, 1500);
	});
	button.setAttribute("aria-label", `Copy as ${label}`);
	return el("div", { class: "command" }, el("span", null, label), button, el("code", { tabindex: 0 }, text));
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
export const curl = (path, parameters) => `curl ${quoted(location.origin + address(path, parameters))}`;

/* Room for what the server adds. Until it comes, what it said of the same thing before. */
const said = new Map();
export function later(key, work) {
	const place = el("div", { class: "later" }, said.get(key) ?? el("p", { class: "muted" }, "Loading…"));
	const show = (content) => {
		place.replaceChildren(...content);
		if (said.size > 8) said.clear();
		said.set(key, content);
	};
	work().then((content) => show([content].flat().filter(Boolean)), (error) => {
		if (!(error instanceof Superseded)) place.replaceChildren(el("p", { class: "bad" }, `This could not be loaded: ${error.message}.`));
	});
	return place;
}
