/* Keeps the places of nodes: what is there stays where it is, only what is new finds a place.
 * The whole graph is laid out by the worker the first time, when boxes open or close, when a
 * quarter of it is new, and when the reader asks. */

const LAYERS_MOST_NODES = 150;
const LAYERS_MOST_EDGES = 400;  /* dagre's time grows with the edges that cross layers */
const TIMEOUT_MS = { layers: 4000, force: 6000 };
export const PADDING = 18;
export const TITLE = 26;

/* Known places by what is laid out: level, collapsed boxes, direction. */
const memory = new Map();
let worker = null;
let asked = 0;
let pending = null; /* the job that the worker has: {id, end(outcome)} */

function start() {
	worker?.terminate();
	worker = new Worker("worker.js");
	worker.onmessage = ({ data }) => { if (data.id === pending?.id) pending.end(data.places ?? null); };
	worker.onerror = () => pending?.end(null);
}
start(); /* it loads while the server is asked */

const OVERTAKEN = Symbol("overtaken");

/* The places; null if ALGORITHM fails or takes too long, OVERTAKEN if another job came. */
function run(job, algorithm) {
	pending?.end(OVERTAKEN);
	return new Promise((resolve) => {
		const id = ++asked;
		const timer = setTimeout(() => {
			start();
			pending.end(null);
		}, TIMEOUT_MS[algorithm]);
		pending = { id, end: (outcome) => {
			clearTimeout(timer);
			pending = null;
			resolve(outcome);
		} };
		worker.postMessage({ ...job, id, algorithm });
	});
}

/* Rows, when neither algorithm was done in time. */
function inRows(nodes) {
	const columns = Math.ceil(Math.sqrt(nodes.length / 3));
	return nodes.map((node, i) => [(i % columns) * (node.w + 60), Math.floor(i / columns) * (node.h + 30)]);
}

async function layAll(model, down) {
	const index = new Map(model.nodes.map((node, i) => [node, i]));
	const most = Math.max(1, ...model.edges.map((edge) => edge.rate));
	const boxed = new Set(model.boxes.map((box) => box.key));
	const job = {
		down,
		nodes: model.nodes.map(({ w, h, box, kind }) => ({ w, h, box: boxed.has(box) ? box : null, ranked: !["node", "unknown", "ambiguous", "outside"].includes(kind) })),
		/* The weakest would only make it wider. */
		edges: model.edges.slice(0, Math.max(60, Math.round(1.5 * model.nodes.length))).map((edge) => ({ source: index.get(edge.source), target: index.get(edge.target), weight: 1 + Math.round(3 * edge.rate / most) })),
	};
	const layered = job.nodes.length <= LAYERS_MOST_NODES && job.edges.length <= LAYERS_MOST_EDGES;
	for (const algorithm of layered ? ["layers", "force"] : ["force"]) {
		const places = await run(job, algorithm);
		if (places) return places;
	}
	return inRows(job.nodes);
}

const overlaps = (a, b, gap) => Math.abs(a.x - b.x) < (a.w + b.w) / 2 + gap && Math.abs(a.y - b.y) < (a.h + b.h) / 2 + gap;

/* The rectangle around the members of each box, by its key. */
export function boxRects(model, places) {
	const rects = new Map();
	for (const box of model.boxes) {
		const known = model.nodes.filter((node) => node.box === box.key && places.has(node.id));
		if (known.length === 0) continue;
		const at = known.map((node) => ({ ...places.get(node.id), w: node.w, h: node.h }));
		const left = Math.min(...at.map((p) => p.x - p.w / 2)) - PADDING;
		const right = Math.max(...at.map((p) => p.x + p.w / 2)) + PADDING;
		const top = Math.min(...at.map((p) => p.y - p.h / 2)) - PADDING - TITLE + 6;
		const bottom = Math.max(...at.map((p) => p.y + p.h / 2)) + PADDING;
		rects.set(box.key, { x: (left + right) / 2, y: (top + bottom) / 2, w: right - left, h: bottom - top });
	}
	return rects;
}

/* The free place nearest to the middle of NODE's neighbours and its box. */
function placeOne(node, model, places) {
	const taken = model.nodes.filter((other) => places.has(other.id)).map((other) => ({ ...places.get(other.id), w: other.w, h: other.h }));
	const rects = boxRects(model, places);
	const own = rects.get(node.box);
	const foreign = [...rects].filter(([key]) => key !== node.box).map(([, rect]) => rect);
	const near = [...node.incoming.map((e) => e.source), ...node.outgoing.map((e) => e.target)].map((n) => places.get(n.id)).filter(Boolean);
	const middle = own ?? (near.length ? { x: near.reduce((s, p) => s + p.x, 0) / near.length, y: near.reduce((s, p) => s + p.y, 0) / near.length } : { x: 0, y: 0 });
	for (let ring = 0; ring < 60; ring++) {
		for (let i = 0; i < Math.max(1, ring * 6); i++) {
			const angle = (2 * Math.PI * i) / Math.max(1, ring * 6);
			const spot = { x: middle.x + Math.cos(angle) * ring * 60, y: middle.y + Math.sin(angle) * ring * 36, w: node.w, h: node.h };
			if (!taken.some((other) => overlaps(spot, other, 14)) && !foreign.some((rect) => overlaps(spot, rect, PADDING))) return { x: spot.x, y: spot.y };
		}
	}
	return null;
}

/* Boxes that a new member made overlap another box or a stranger. */
function clashes(model, places) {
	const rects = [...boxRects(model, places)];
	return rects.some(([key, rect], i) => rects.slice(i + 1).some(([, other]) => overlaps(rect, other, 0))
		|| model.nodes.some((node) => node.box !== key && overlaps(rect, { ...places.get(node.id), w: node.w, h: node.h }, 0)));
}

export function forget() {
	memory.clear();
}

/* Gives {places: Map(id -> {x, y}), fresh: whether it is all new}. Nodes have w and h. KEY says what is
 * laid out; null if a later call overtook this one. */
export async function place(model, key, down) {
	const known = memory.get(key);
	if (known) {
		const missing = model.nodes.filter((node) => !known.has(node.id));
		if (missing.length === 0) return { places: known, fresh: false };
		if (missing.length <= Math.max(3, model.nodes.length / 4)) {
			const places = new Map(known);
			for (const node of missing) {
				const spot = placeOne(node, model, places);
				if (spot) places.set(node.id, spot);
			}
			if (missing.every((node) => places.has(node.id)) && !clashes(model, places)) {
				memory.set(key, places);
				return { places, fresh: false };
			}
		}
	}
	const done = await layAll(model, down);
	if (done === OVERTAKEN) return null;
	const places = new Map(model.nodes.map((node, i) => [node.id, { x: done[i][0], y: done[i][1] }]));
	memory.set(key, places);
	return { places, fresh: true };
}
