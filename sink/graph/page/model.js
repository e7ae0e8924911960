/* What the graph and the table show, made of the server's answer: measures with their rates, nodes
 * gathered in boxes (namespaces), and boxes that are collapsed as one node. */
import { familiesOf, ratesOf } from "./family.js";
import { merge, percentile } from "./histogram.js";

const COLLAPSE_ABOVE = 300; /* nodes; more than this start as namespaces */
const EDGES_PER_NODE = 2;          /* the strongest are drawn, so that the graph can be read; all are in the table */
const EDGES_FEW = 40;              /* up to so many are all drawn */
const EDGES_MOST = 1500;
const ERRORS_FEWEST = 3;           /* one failure is no rate */

const sum = (a, b) => a + b;

/* The sums of equal members of objects, some of which may be absent. */
function sums(list) {
	const all = {};
	for (const one of list) for (const name in one) all[name] = (all[name] ?? 0) + one[name];
	return all;
}

function mergeTimes(list) {
	if (list.length <= 1) return list[0];
	const all = { count: 0, sum: 0, min: Infinity, max: 0 };
	for (const times of list) {
		all.count += times.count;
		all.sum += times.sum;
		all.min = Math.min(all.min, times.min);
		all.max = Math.max(all.max, times.max);
	}
	all.mean = all.sum / all.count;
	const histograms = list.map((times) => times.histogram).filter(Boolean);
	if (histograms.length) {
		all.histogram = merge(histograms);
		for (const [name, share] of [["p50", 0.5], ["p95", 0.95], ["p99", 0.99]]) all[name] = percentile(all.histogram, share, all.min, all.max);
	}
	return all;
}

/* Messages by protocol and by who asks. */
function mergeMessages(list) {
	const kinds = new Map();
	for (const kind of list) {
		const key = `${kind.protocol} ${kind.requester}`;
		kinds.set(key, [...(kinds.get(key) ?? []), kind]);
	}
	return [...kinds.values()].map((same) => {
		const { protocol, requester } = same[0];
		const counts = sums(same.map((kind) => Object.fromEntries(Object.entries(kind).filter(([, value]) => typeof value === "number"))));
		const times = (name) => mergeTimes(same.map((kind) => kind[name]).filter(Boolean));
		return { protocol, requester, ...counts, time_to_first_byte: times("time_to_first_byte"), time_to_last_byte: times("time_to_last_byte") };
	});
}

/* The server's members of edges, added; null of none. */
function mergeMeasures(list) {
	if (list.length <= 1) return list[0] ?? null;
	return {
		flows: list.map((one) => one.flows).reduce(sum),
		bytes: sums(list.map((one) => one.bytes)),
		requests: { count: list.map((one) => one.requests.count).reduce(sum), response_time: mergeTimes(list.map((one) => one.requests.response_time).filter(Boolean)) },
		messages: mergeMessages(list.flatMap((one) => one.messages ?? [])),
		errors: sums(list.map((one) => one.errors)),
	};
}

/* Measures as people read them. SECONDS is the time that was seen. */
function measured(raw, seconds) {
	if (!raw) return null;
	const errors = Object.values(raw.errors).reduce(sum);
	const families = familiesOf(raw, seconds, mergeTimes);
	const [first] = families;
	const times = first?.times;
	const read = first?.unit === "req" ? first : null;
	return {
		raw,
		flows: raw.flows,
		families,
		/* What widths and the order are made of, and nothing that is read: requests of either family, or flows. */
		rate: families.length ? families.map((family) => family.rate).reduce(sum) : raw.flows / seconds,
		failed: read?.failed ?? 0,
		failedRatio: read?.count > 0 ? Math.min(1, read.failed / read.count) : 0,
		flowRate: raw.flows / seconds,
		errors,
		errorRatio: raw.flows > 0 ? errors / raw.flows : 0,
		sent: raw.bytes.source,
		received: raw.bytes.destination,
		p50: times?.p50 ?? null,
		p95: times?.p95 ?? null,
		p99: times?.p99 ?? (times?.histogram ? percentile(times.histogram, 0.99, times.min, times.max) : null),
		mean: times ? times.mean : null,
		min: times ? times.min : null,
		max: times ? times.max : null,
	};
}

/* What was measured on EDGES together; null of none. */
export const together = (edges, seconds) => measured(mergeMeasures(edges.map((edge) => edge.raw).filter(Boolean)), seconds);

/* The larger of the shares of failed flows and of failed requests that were read; 0 where too few failed. */
function troubleOf({ errors, errorRatio, failed, failedRatio }) {
	return Math.max(errors < ERRORS_FEWEST ? 0 : errorRatio, failed < ERRORS_FEWEST ? 0 : failedRatio);
}

/* How an edge is drawn: "bad" from 5 % of failed flows or requests, "warn" from 1 %. */
function healthOf(measures) {
	const trouble = troubleOf(measures);
	return trouble < 0.01 ? "ok" : trouble >= 0.05 ? "bad" : "warn";
}

export const HEALTH_TEXT = { ok: "under 1 % errors", warn: "1 % errors or more", bad: "5 % errors or more" };
/* From the worst to the least telling: what a merged edge shows of its parts. */
export const CHANGES = ["more_errors", "slower", "new", "gone", "faster", "fewer_errors", "unknown", "same"];
export const CHANGE_TEXT = {
	new: "new", gone: "gone", slower: "slower", faster: "faster",
	more_errors: "more errors", fewer_errors: "fewer errors", unknown: "not certain", same: "unchanged",
};

/* The box that NODE is in; null if it is in none. */
function boxOf(node, clusters) {
	if (node.kind === "namespace" || node.kind === "zone") return null;
	if (node.namespace) return { key: clusters > 1 ? `${node.namespace}@${node.cluster}` : node.namespace, kind: "namespace" };
	if (node.kind === "node") return { key: "cluster nodes", kind: "node" };
	if (node.kind === "unknown" || node.kind === "ambiguous") return { key: "not known", kind: "unknown" };
	return node.kind === "outside" ? { key: "outside", kind: "outside" } : null;
}

/* The name of a node inside its box: the namespace is on the box. */
function shortName(node) {
	if (node.kind === "unknown" || node.kind === "ambiguous") return (node.name ?? node.kind).replaceAll("_", " ");
	if (node.kind === "outside") return node.name || "Outside";
	return node.name ?? node.label;
}

const KIND_TEXT = { outside: "other networks" };

function makeNodes(answer) {
	const clusters = new Set(answer.nodes.map((node) => node.cluster).filter(Boolean)).size;
	const nodes = new Map();
	const boxes = new Map();
	for (const raw of answer.nodes) {
		const box = boxOf(raw, clusters);
		const node = { id: raw.id, label: raw.label, kind: raw.kind, namespace: raw.namespace, cluster: raw.cluster, reason: raw.name, name: shortName(raw), kindText: KIND_TEXT[raw.kind] ?? raw.kind, box: box?.key ?? null, inner: null };
		nodes.set(node.id, node);
		if (!box) continue;
		if (!boxes.has(box.key)) boxes.set(box.key, { key: box.key, kind: box.kind, members: [] });
		boxes.get(box.key).members.push(node);
	}
	/* A frame around one thing that is no namespace says nothing. */
	for (const [key, box] of boxes) {
		if (box.members.length > 1 || box.kind === "namespace") continue;
		box.members[0].box = null;
		boxes.delete(key);
	}
	return { nodes, boxes };
}

function makeEdge(source, target, directed, raw, seconds, change, before) {
	const now = measured(raw, seconds.now);
	const was = measured(before, seconds.before);
	return {
		key: `${source.id}>${target.id}`, source, target, directed, raw, rawBefore: before ?? null, now, was, change: change ?? null,
		...(now ?? was), health: healthOf(now ?? was), trouble: troubleOf(now ?? was), parts: 1,
	};
}

/* LIST are the edges between one pair of what is shown. */
function mergeEdges(list, key, source, target, seconds) {
	if (list.length === 1) return { ...list[0], key, source, target };
	const raws = (name) => mergeMeasures(list.map((edge) => edge[name]).filter(Boolean));
	const change = CHANGES.find((one) => list.some((edge) => edge.change === one));
	return { ...makeEdge(source, target, list.every((edge) => edge.directed), raws("raw"), seconds, change, raws("rawBefore")), parts: list.length };
}

/* A collapsed box as one node. */
function folded(box) {
	const namespace = box.kind === "namespace";
	return {
		id: `fold:${box.key}`, label: box.key, name: box.key, kind: namespace ? "namespace" : box.kind, namespace: namespace ? box.key : undefined,
		box: null, folded: box, kindText: `${box.members.length} ${box.members.length === 1 ? "member" : "members"}`, inner: null,
	};
}

/* Adds to each node what comes in and goes out. */
function addTotals(nodes, edges) {
	for (const node of nodes) Object.assign(node, { incoming: [], outgoing: [] });
	for (const edge of edges) {
		edge.source.outgoing.push(edge);
		edge.target.incoming.push(edge);
	}
	for (const node of nodes) {
		const served = node.incoming.filter((edge) => edge.now);
		node.inRate = served.reduce((total, edge) => total + edge.now.rate, 0);
		node.outRate = node.outgoing.reduce((total, edge) => total + (edge.now?.rate ?? 0), 0);
		node.inRates = ratesOf(served.map((edge) => edge.now));
		node.outRates = ratesOf(node.outgoing.map((edge) => edge.now).filter(Boolean));
		const requests = served.reduce((total, edge) => total + (edge.now.families.find((family) => family.unit === "req")?.count ?? 0), 0);
		node.failed = served.reduce((total, edge) => total + edge.now.failed, 0);
		node.failedRatio = requests > 0 ? Math.min(1, node.failed / requests) : 0;
		const flows = served.reduce((total, edge) => total + edge.now.flows, 0);
		node.errors = served.reduce((total, edge) => total + edge.now.errors, 0);
		node.errorRatio = flows > 0 ? node.errors / flows : 0;
		node.health = healthOf(node);
	}
}

const unusual = (edge) => (edge.change ? edge.change !== "same" && edge.change !== "unknown" : edge.health !== "ok");

/* The edges that are drawn, strongest first: of all, those that changed or fail, then the strongest, and
 * the strongest of each node. */
function drawnOf(edges, nodes) {
	if (edges.length <= EDGES_FEW) return edges;
	const most = Math.max(EDGES_FEW, EDGES_PER_NODE * nodes);
	const chosen = new Set([...edges].sort((a, b) => unusual(b) - unusual(a)).slice(0, most));
	const reached = new Set([...chosen].flatMap((edge) => [edge.source, edge.target]));
	for (const edge of edges) {
		if (reached.has(edge.source) && reached.has(edge.target)) continue;
		chosen.add(edge);
		reached.add(edge.source).add(edge.target);
	}
	return edges.filter((edge) => chosen.has(edge)).slice(0, EDGES_MOST);
}

/* Draws all edges of CHOSEN too, a node, an edge or null. Whether that changed what is drawn. */
export function drawChosen(model, chosen) {
	const before = model.edges;
	const more = chosen ? model.strongest.filter((edge) => edge === chosen || edge.source === chosen || edge.target === chosen) : [];
	const all = new Set([...model.drawn, ...more]);
	model.edges = all.size === model.drawn.length ? model.drawn : model.strongest.filter((edge) => all.has(edge));
	return model.edges !== before;
}

/* What does not depend on which boxes are collapsed is made once for each answer; MERGED are the edges that are shown, by their
 * keys: which boxes are collapsed decides which of them are, not what is in one. */
const bases = new WeakMap();

function baseOf(answer, seconds) {
	const known = bases.get(answer);
	if (known && known.seconds.now === seconds.now && known.seconds.before === seconds.before) return known;
	const { nodes, boxes } = makeNodes(answer);
	const edges = [];
	for (const raw of answer.edges) {
		const source = nodes.get(raw.source);
		const target = nodes.get(raw.target);
		if (!source || !target) continue;
		const compared = raw.change !== undefined;
		edges.push(makeEdge(source, target, raw.directed !== false, compared ? raw.after : raw, seconds, raw.change, compared ? raw.before : null));
	}
	/* The table's edges are those between single nodes; the graph's may be merged. */
	addTotals([...nodes.values()], edges);
	const base = { nodes, boxes, edges, seconds, merged: new Map(), singles: [...nodes.values()].map((node) => [node, { ...node }]), folds: new Map() };
	bases.set(answer, base);
	return base;
}

/* ANSWER is that of /v1/graph or /v1/compare; SHUT and OPEN are the boxes that were collapsed
 * and opened by hand; ALL draws as many edges as can be. */
export function makeModel(answer, seconds, shut, open, all) {
	const base = baseOf(answer, seconds);
	const { nodes, boxes, edges } = base;
	const many = nodes.size > COLLAPSE_ABOVE;
	for (const box of boxes.values()) box.folded = shut.has(box.key) || (many && !open.has(box.key));

	const shown = new Map();
	const standIn = new Map();
	for (const [node, single] of base.singles) {
		const box = boxes.get(node.box);
		if (box?.folded) {
			if (!base.folds.has(box.key)) base.folds.set(box.key, folded(box));
			const fold = base.folds.get(box.key);
			shown.set(fold.id, fold);
			standIn.set(node, fold);
		} else {
			/* The same node may have other edges in the graph, where its neighbours are collapsed. */
			shown.set(node.id, single);
			standIn.set(node, single);
		}
	}
	for (const fold of base.folds.values()) fold.inner = null;
	const groups = new Map();
	for (const edge of edges) {
		const [source, target] = [standIn.get(edge.source), standIn.get(edge.target)];
		if (source === target && source.folded) {
			source.inner = [...(source.inner ?? []), ...(edge.now ? [edge.now] : [])];
			continue;
		}
		const key = `${source.id}>${target.id}`;
		const group = groups.get(key);
		if (group) group.list.push(edge);
		else groups.set(key, { key, source, target, list: [edge] });
	}
	const merged = [...groups.values()].map(({ key, list, source, target }) => {
		if (!base.merged.has(key)) base.merged.set(key, mergeEdges(list, key, source, target, seconds));
		return base.merged.get(key);
	});
	const strongest = merged.sort((a, b) => b.rate - a.rate);
	addTotals([...shown.values()], strongest);
	const drawn = all ? strongest.slice(0, EDGES_MOST) : drawnOf(strongest, shown.size);
	return {
		nodes: [...shown.values()], edges: drawn, drawn, strongest, notDrawn: strongest.length - drawn.length,
		boxes: [...boxes.values()].filter((box) => !box.folded), allBoxes: [...boxes.values()],
		allNodes: nodes, allEdges: edges, standIn, many, seconds,
	};
}
