/* The window shown, in other forms: the server's own formats, and the drawing as an SVG file. */
import { el, svg, $, save } from "./dom.js";
import { address } from "./server.js";

const PROPERTIES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linejoin", "stroke-linecap", "paint-order", "font-family", "font-size", "font-weight", "text-anchor", "opacity", "visibility"];

/* A copy of the drawing that needs no style sheet. */
function drawingFile(root, bounds) {
	const copied = root.cloneNode(true);
	const [originals, copies] = [root.querySelectorAll("*"), copied.querySelectorAll("*")];
	originals.forEach((original, i) => {
		const style = getComputedStyle(original);
		for (const name of PROPERTIES) copies[i].setAttribute(name, style.getPropertyValue(name));
		for (const name of ["class", "role", "tabindex", "aria-label", "data-node", "data-edge", "data-box", "data-fold"]) copies[i].removeAttribute(name);
	});
	copied.querySelectorAll(".hit").forEach((hit) => hit.remove());
	copied.querySelector("g").removeAttribute("transform");
	const margin = 24;
	const box = [bounds.x - margin, bounds.y - margin, bounds.w + 2 * margin, bounds.h + 2 * margin].map(Math.round);
	for (const name of [...copied.getAttributeNames()]) copied.removeAttribute(name);
	copied.setAttribute("xmlns", "http://www.w3.org/2000/svg");
	copied.setAttribute("viewBox", box.join(" "));
	copied.setAttribute("width", box[2]);
	copied.setAttribute("height", box[3]);
	copied.prepend(svg("rect", { x: box[0], y: box[1], width: box[2], height: box[3], fill: getComputedStyle(document.body).backgroundColor }));
	return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copied)}\n`;
}

const FORMATS = [["CSV", "csv"], ["JSON", "json"], ["DOT (Graphviz)", "dot"], ["Mermaid", "mermaid"]];
const ENDINGS = { csv: "csv", json: "json", dot: "dot", mermaid: "mmd" };

/* CALLS: question() gives {path, parameters, name} of what is shown; root, drawing. */
export function createExport(calls) {
	const [button, menu] = [$("export"), $("export-menu")];

	function show(on) {
		menu.hidden = !on;
		button.setAttribute("aria-expanded", on);
	}

	function download(format) {
		const { path, parameters, name } = calls.question(format);
		el("a", { href: address(path, { ...parameters, format }), download: `${name}.${ENDINGS[format]}` }).click();
	}

	function saveDrawing() {
		const { root, drawing } = calls;
		if (drawing.bounds()) drawing.fullSize(() => save(`${calls.question("svg").name}.svg`, "image/svg+xml", drawingFile(root, drawing.bounds())));
	}

	const item = (title, work, id) => el("li", { role: "none" }, el("button", { type: "button", role: "menuitem", id: `export-${id}`, tabindex: -1, onclick: () => { show(false); work(); } }, title));
	menu.append(item("SVG drawing", saveDrawing, "svg"), ...FORMATS.map(([title, format]) => item(title, () => download(format), format)));
	button.addEventListener("click", () => {
		show(menu.hidden);
		if (!menu.hidden) menu.querySelector("button").focus();
	});
	menu.addEventListener("keydown", (event) => {
		const items = [...menu.querySelectorAll("button")];
		const index = items.indexOf(document.activeElement);
		const moves = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: -1 };
		if (event.key in moves) items.at(moves[event.key] % items.length).focus();
		else if (event.key === "Escape") { show(false); button.focus(); }
		else return;
		event.preventDefault();
		event.stopPropagation();
	});
	addEventListener("pointerdown", (event) => { if (!menu.hidden && !menu.contains(event.target) && !button.contains(event.target)) show(false); });
	menu.addEventListener("focusout", (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) show(false); });
}
