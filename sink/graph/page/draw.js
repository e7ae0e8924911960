/* Draws the graph as SVG and keeps the elements of what stays: nodes and edges are found by their keys. */
import { svg, set, throttle, textWidth, fitted } from "./dom.js";
import { icon } from "./icons.js";
import { curves, labelPlaces } from "./geometry.js";
import { boxRects } from "./layout.js";
import { HEALTH_TEXT, CHANGE_TEXT } from "./model.js";
import { ratesText } from "./family.js";
import * as units from "./units.js";

const NODE_WIDTH = 150;
const NODE_HEIGHT = 48;
const FONT = getComputedStyle(document.documentElement).getPropertyValue("--font");
const FAR = 0.55; /* smaller than this, only names can be read, if they are large */
const NAME_FONT = `600 14px ${FONT}`;
const SMALL_NAME_FONT = `600 12px ${FONT}`; /* of what is not known, which is a reason */
const FAR_FONT = `600 22px ${FONT}`;
const FAR_LONG_FONT = `600 16px ${FONT}`;
const FAR_TITLE_FONT = `600 20px ${FONT}`;
const SUB_FONT = `400 11px ${FONT}`;
const TITLE_FONT = `600 12px ${FONT}`;
const LABEL_FONT = `500 11px ${FONT}`;
const FOUND_MOST = 60;
const LABELS_MOST = { near: 160, far: 26, phone: 12 }; /* at full size, smaller, and on a small screen */

/* Writes an attribute or a text only where it differs from what was written before, which is faster than to read it. */
function write(element, name, value) {
	const written = (element.written ??= {});
	if (written[name] === value) return;
	written[name] = value;
	element.setAttribute(name, value);
}

function writeText(element, text) {
	if (element.firstChild.data !== text) element.firstChild.data = text;
}

export function measureNodes(model) {
	for (const node of model.nodes) Object.assign(node, { w: NODE_WIDTH, h: NODE_HEIGHT });
}

/* The kind, and the traffic that comes in or, where nothing does, that goes out. */
function subtitle(node) {
	const rate = node.inRate || node.outRate;
	const both = rate > 0 ? `${node.kindText} · ${units.shortRate(rate)}` : node.kindText;
	const room = NODE_WIDTH - (node.folded ? 64 : 42);
	return textWidth(both, SUB_FONT) <= room ? both : fitted(node.kindText, SUB_FONT, room);
}

const timesMore = (now, was) => (was > 0 ? `×${(now / was).toFixed(1).replace(/\.0$/, "")}` : "");

/* What is written on an edge, the fullest form first; nothing where there is nothing to say. */
function edgeTexts(edge) {
	const [now, was] = [edge.now, edge.was];
	const slow = (measures) => measures.p95 ?? measures.mean;
	switch (edge.change) {
	case "new":
	case "gone": return [CHANGE_TEXT[edge.change]];
	case "slower":
	case "faster": return [`p95 ${units.time(slow(was))} → ${units.time(slow(now))}`, `p95 ${timesMore(slow(now), slow(was))}`];
	case "more_errors":
	case "fewer_errors": {
		const share = (measures) => units.percent(Math.max(measures.errorRatio, measures.failedRatio));
		return [`errors ${share(was)} → ${share(now)}`, `→ ${share(now)} err`];
	}
	case "same": return [];
	}
	const rate = ratesText(edge);
	const errors = edge.health === "ok" ? [] : [`${units.percent(edge.trouble)} err`];
	const full = [rate, ...(edge.p95 === null ? [] : [units.time(edge.p95)]), ...errors].join(" · ");
	/* Where there is no room for both families, the first, which says that there is more. */
	const first = edge.families.length > 1 ? [`${units.rate(edge.families[0].rate, edge.families[0].unit)} + …`] : [];
	return [full, ...(errors.length ? errors : [rate, ...first])];
}

/* What a screen reader says of an edge, and what is shown above it. */
function edgeName(edge) {
	const parts = [`${edge.source.label} ${edge.directed ? "to" : "and"} ${edge.target.label}`];
	if (edge.change) parts.push(CHANGE_TEXT[edge.change]);
	parts.push(ratesText(edge).replace("req/", "requests/"));
	if (edge.p95 !== null) parts.push(`95th percentile ${units.time(edge.p95)}`);
	parts.push(`${units.percent(Math.max(edge.errorRatio, edge.failedRatio))} errors, ${HEALTH_TEXT[edge.health]}`);
	return parts.join(", ");
}

function nodeName(node) {
	const parts = [node.label, node.folded ? "collapsed" : node.kindText, units.plural(node.incoming.length, "client"), units.plural(node.outgoing.length, "server")];
	if (node.health !== "ok") parts.push(`${units.percent(Math.max(node.errorRatio, node.failedRatio))} of its flows or requests fail`);
	return parts.join(", ");
}

/* The card, which is a button; a collapsed box has another one that opens it. One of each kind is made and copied, which
 * is faster than to make each. */
const patterns = new Map();

function patternOf(key, make) {
	if (!patterns.has(key)) patterns.set(key, make());
	return patterns.get(key).cloneNode(true);
}

function makeCard(node) {
	const [w, h] = [NODE_WIDTH, NODE_HEIGHT];
	return svg("g", null, svg("g", { role: "button", tabindex: -1 },
		svg("title", null, " "),
		node.folded && svg("rect", { class: "card under", x: -w / 2 + 4, y: -h / 2 + 4, width: w, height: h, rx: 8 }),
		svg("rect", { class: "card", x: -w / 2, y: -h / 2, width: w, height: h, rx: 8 }),
		icon(node.kind, { transform: `translate(${-w / 2 + 11} -8)` }),
		svg("circle", { class: "mark", cx: w / 2 - 12, cy: -h / 2 + 14, r: 0 }),
		svg("text", { "aria-hidden": "true", class: "name", x: -w / 2 + 34, y: -3 }, " "),
		svg("text", { "aria-hidden": "true", class: "sub", x: -w / 2 + 34, y: 14 }, " ")),
	node.folded && svg("g", { class: "opener", role: "button", tabindex: -1, "aria-expanded": "false", transform: `translate(${w / 2 - 16} 8)` },
		svg("circle", { r: 9 }), svg("path", { d: "M-4 0h8M0-4v8" })));
}

function makeNode(node) {
	const group = patternOf(`${node.kind}${node.folded ? " folded" : ""}`, () => makeCard(node));
	set(group.firstChild, "data-node", node.id);
	if (node.folded) {
		set(group.lastChild, "data-fold", node.folded.key);
		set(group.lastChild, "aria-label", `Open ${node.folded.key}`);
	}
	return group;
}

/* The name as it fits. FAR: it has the whole card, in large letters. */
function nameOf(node, far) {
	const good = node.health === "ok";
	const reason = node.kind === "unknown" || node.kind === "ambiguous";
	if (!far) return { text: fitted(node.name, reason ? SMALL_NAME_FONT : NAME_FONT, NODE_WIDTH - (good ? 42 : 54)), long: false };
	const room = NODE_WIDTH - 20 - (node.folded || !good ? 18 : 0);
	const long = textWidth(node.name, FAR_FONT) > room;
	return { text: fitted(node.name, long ? FAR_LONG_FONT : FAR_FONT, room), long };
}

function updateNode(group, node, rect, far) {
	const card = group.firstChild;
	const [mark, name, sub] = [...card.children].slice(-3);
	const good = node.health === "ok";
	const { text, long } = nameOf(node, far);
	write(group, "class", `node kind-${node.kind} health-${node.health}${node.folded ? " folded" : ""}${long ? " long" : ""}`);
	write(group, "transform", `translate(${rect.x} ${rect.y})`);
	write(mark, "r", good ? 0 : 4.5);
	writeText(card.firstChild, nodeName(node));
	write(name, "x", -NODE_WIDTH / 2 + (far ? 11 : 34));
	write(name, "y", far ? (long ? 5 : 8) : -3);
	writeText(name, text);
	writeText(sub, subtitle(node));
}

function makeEdge(edge) {
	const group = patternOf("edge", () => svg("g", { role: "button", tabindex: -1 }, svg("path", { class: "hit" }), svg("path", { class: "line" }), svg("path", { class: "head" })));
	set(group, "data-edge", edge.key);
	return group;
}

function updateEdge(group, edge, shape) {
	const [hit, line, head] = [...group.children].slice(-3);
	write(group, "class", `edge ${edge.change ? `change-${edge.change}` : `health-${edge.health}`}${shape.width < 1.8 ? " thin" : ""}`);
	write(hit, "d", shape.path);
	write(line, "d", shape.path);
	write(line, "stroke-width", shape.width);
	write(head, "d", shape.head);
	if (group.edge === edge) return;
	group.edge = edge;
	write(group, "aria-label", edgeName(edge));
}

function makeBox(box) {
	return svg("g", { class: "box", "data-box": box.key },
		svg("rect", { class: "frame", rx: 12 }),
		svg("g", { class: "box-title", role: "button", tabindex: -1, "data-fold": box.key, "aria-expanded": "true" },
			svg("title", null, `Collapse ${box.key}`),
			svg("rect", { class: "box-hit", height: 22, rx: 5 }),
			svg("path", { d: "M0 0h8", class: "sign" }), svg("text", { y: 4 })));
}

function updateBox(group, box, rect, far) {
	const [frame, title] = group.children;
	set(frame, "x", rect.x - rect.w / 2);
	set(frame, "y", rect.y - rect.h / 2);
	set(frame, "width", rect.w);
	set(frame, "height", rect.h);
	set(title, "transform", `translate(${rect.x - rect.w / 2 + 14} ${rect.y - rect.h / 2 + 17})`);
	const font = far ? FAR_TITLE_FONT : TITLE_FONT;
	const text = fitted(box.key, font, rect.w - 40);
	title.lastChild.textContent = text;
	set(title.lastChild, "x", 16);
	set(title.children[1], "x", -6);
	set(title.children[1], "y", -11);
	set(title.lastChild, "y", far ? 7 : 4);
	set(title.children[1], "width", textWidth(text, font) + 28);
}

/* The elements of LAYER by the keys of ITEMS: makes, updates and removes. */
function join(layer, kept, items, keyOf, make, update) {
	const seen = new Set();
	items.forEach((item, i) => {
		const key = keyOf(item);
		seen.add(key);
		if (!kept.has(key)) {
			kept.set(key, make(item));
			layer.append(kept.get(key));
		}
		update(kept.get(key), item, i);
	});
	for (const [key, element] of kept) {
		if (seen.has(key)) continue;
		element.remove();
		kept.delete(key);
	}
}

/* VIEWPORT() gives the size of ROOT in pixels, which must not be asked of it while it is being drawn. */
export function createDrawing(root, viewport) {
	/* In front are copies of what is marked, because all else steps back as one: that is much less to paint than many things
	 * that each do. */
	const front = { edges: svg("g"), nodes: svg("g") };
	const layers = {
		boxes: svg("g"), edges: svg("g", { class: "edges" }), nodes: svg("g", { class: "nodes" }),
		front: svg("g", { class: "front", "aria-hidden": "true" }, Object.values(front)), labels: svg("g", { class: "labels", "aria-hidden": "true" }),
	};
	const world = svg("g", { class: "world" }, Object.values(layers));
	root.append(world);
	const kept = { boxes: new Map(), edges: new Map(), nodes: new Map(), labels: new Map() };
	const marks = {};   /* "near", "chosen": the id of what is */
	const hint = svg("title");
	let sought = "";
	let scene = null;
	let scale = 1;
	let far = false;
	const relabel = throttle(() => drawLabels(), 60);

	/* Labels have one size on the screen, so that there is room for more of them the closer one looks; while
	 * something is marked, only its edges have them. */
	function drawLabels() {
		const size = Math.min(1, scale);
		write(layers.labels, "font-size", (11 / size).toFixed(2));
		write(layers.labels, "stroke-width", (7 / size).toFixed(2));
		const brief = viewport().width < 620 ? 1 : 0;
		const focus = [marks.near, marks.chosen].filter((id) => kept.nodes.has(id) || kept.edges.has(id));
		const touches = (edge) => focus.length === 0 || [edge.key, edge.source.id, edge.target.id].some((id) => focus.includes(id));
		const most = LABELS_MOST[brief && size < 1 ? "phone" : size < 0.9 ? "far" : "near"];
		const order = scene.model.edges.map((edge, i) => ({ edge, shape: scene.shapes[i] })).filter((label) => label.edge.change !== "same" && touches(label.edge))
			.sort((a, b) => (b.edge.health === "bad") - (a.edge.health === "bad")).slice(0, most);
		for (const label of order) label.texts = edgeTexts(label.edge);
		const titles = [...scene.boxes].map(([key, box]) => ({ w: textWidth(key, TITLE_FONT) + 40, h: 24, x: box.x - box.w / 2 + textWidth(key, TITLE_FONT) / 2 + 20, y: box.y - box.h / 2 + 16 }));
		const widths = order.map((label) => label.texts.slice(Math.min(brief, label.texts.length - 1)).map((text) => textWidth(text, LABEL_FONT)));
		const spots = labelPlaces(order.map((label) => label.shape), widths, [...scene.rects.values(), ...titles], size, bounds(), order.length === 1);
		join(layers.labels, kept.labels, order.map((label, i) => ({ ...label, spot: spots[i] })).filter((label) => label.spot), (label) => label.edge.key,
			(label) => svg("text", { "data-label": label.edge.key }, " "),
			(text, label) => {
				write(text, "class", label.edge.change ? `change-${label.edge.change}` : `health-${label.edge.health}`);
				write(text, "x", label.spot.x);
				write(text, "y", label.spot.y + 4 / size);
				writeText(text, label.texts[Math.min(label.texts.length - 1, label.spot.form + brief)]);
			});
	}

	function draw({ model, places, down }) {
		const rects = new Map(model.nodes.map((node) => [node.id, { ...places.get(node.id), w: node.w, h: node.h }]));
		const boxes = boxRects(model, places);
		const shapes = curves(model.edges, rects, down);
		scene = { model, rects, boxes, shapes };
		root.classList.toggle("many", model.edges.length > 400);
		join(layers.boxes, kept.boxes, model.boxes.filter((box) => boxes.has(box.key)), (box) => box.key, makeBox, (group, box) => updateBox(group, box, boxes.get(box.key), far));
		/* The strongest last, so that they are above the others. */
		const order = model.edges.map((edge, i) => ({ edge, shape: shapes[i] })).reverse();
		join(layers.edges, kept.edges, order, ({ edge }) => edge.key, ({ edge }) => makeEdge(edge), (group, { edge, shape }) => updateEdge(group, edge, shape));
		join(layers.nodes, kept.nodes, model.nodes, (node) => node.id, makeNode, (group, node) => updateNode(group, node, rects.get(node.id), far));
		drawLabels();
		bringForward();
	}

	/* From far, names are all that is written, in letters that can be read. */
	function detail() {
		if (far === scale < FAR) return;
		far = scale < FAR;
		root.classList.toggle("far", far);
		if (!scene) return;
		for (const node of scene.model.nodes) updateNode(kept.nodes.get(node.id), node, scene.rects.get(node.id), far);
		for (const box of scene.model.boxes) if (kept.boxes.has(box.key)) updateBox(kept.boxes.get(box.key), box, scene.boxes.get(box.key), far);
		bringForward();
	}

	/* Does WORK while all is as it is at full size. */
	function fullSize(work) {
		const before = scale;
		scale = 1;
		detail();
		drawLabels();
		work();
		scale = before;
		detail();
		drawLabels();
	}

	/* The drawing is seen at SCALE. */
	function scaled(next) {
		const before = scale;
		scale = next;
		detail();
		if (scene && Math.min(1, before) !== Math.min(1, scale)) relabel();
	}

	/* The rectangle around everything: {x, y, w, h} with the upper left corner. */
	function bounds() {
		const all = scene ? [...scene.rects.values(), ...scene.boxes.values()] : [];
		if (all.length === 0) return null;
		const x = Math.min(...all.map((r) => r.x - r.w / 2));
		const y = Math.min(...all.map((r) => r.y - r.h / 2));
		return { x, y, w: Math.max(...all.map((r) => r.x + r.w / 2)) - x, h: Math.max(...all.map((r) => r.y + r.h / 2)) - y };
	}

	/* Marks one node or edge and what touches it; everything else steps back. NAME is a class: "near" or "chosen". */
	function mark(name, target) {
		const id = target ? target.key ?? target.id : null;
		if ((marks[name] ?? null) === id) return;
		marks[name] = id;
		if (!scene) return;
		bringForward();
		relabel();
	}

	/* Marks the nodes whose label contains TEXT. */
	function find(text) {
		sought = text.toLowerCase();
		if (scene) bringForward();
	}

	/* A copy of ELEMENT that is only seen. */
	function copyOf(element, css) {
		const copy = element.cloneNode(true);
		for (const one of [copy, ...copy.children]) for (const name of ["role", "tabindex", "aria-label", "aria-expanded", "data-node", "data-edge", "data-fold"]) one.removeAttribute(name);
		copy.setAttribute("class", `${element.getAttribute("class")} ${css}`);
		copy.querySelector("title")?.remove();
		return copy;
	}

	function bringForward() {
		const { model } = scene;
		const [edges, nodes] = [new Map(), new Map()]; /* what is in front, with its class */
		for (const name of ["chosen", "near"]) {
			const id = marks[name];
			if (!id) continue;
			for (const edge of model.edges) {
				if (edge.key !== id && edge.source.id !== id && edge.target.id !== id) continue;
				edges.set(edge.key, edge.key === id ? name : edges.get(edge.key) ?? "");
				for (const end of [edge.source.id, edge.target.id]) nodes.set(end, end === id ? name : nodes.get(end) ?? "");
			}
			if (kept.nodes.has(id)) nodes.set(id, name);
		}
		const found = sought ? model.nodes.filter((node) => node.label.toLowerCase().includes(sought)).slice(0, FOUND_MOST) : [];
		for (const node of found) nodes.set(node.id, "found");
		const copies = (map, from) => [...map].map(([key, css]) => from.get(key) && copyOf(from.get(key), css)).filter(Boolean);
		front.edges.replaceChildren(...copies(edges, kept.edges));
		front.nodes.replaceChildren(...copies(nodes, kept.nodes));
		root.classList.toggle("has-front", nodes.size > 0);
	}

	/* The text that the browser shows beside the pointer on an edge; nodes have theirs. */
	function tip(thing) {
		if (!thing?.key) return hint.remove();
		hint.textContent = edgeName(thing);
		kept.edges.get(thing.key)?.prepend(hint);
	}

	return { draw, find, scaled, fullSize, bounds, mark, tip, world, scene: () => scene, nodeElement: (id) => kept.nodes.get(id)?.firstChild, edgeElement: (key) => kept.edges.get(key) };
}
