/* Finds places for nodes, off the page's own thread. vendor.js has dagre and d3-force.
 *
 * In:  {id, algorithm: "layers"|"force", down, nodes: [{w, h, box, ranked}], edges: [{source, target, weight}]}
 *      with the indexes of nodes; one that is not ranked is in no layer of its box, and edges between
 *      two such do not count; "down" has layers from top to bottom instead of left to right.
 * Out: {id, places: [[x, y]]}, the centres of the nodes.
 *
 * First the nodes of each box are arranged, then the boxes and the nodes without one, which are
 * blocks: so no box overlaps another, and each is as small as its own edges allow.
 */
"use strict";
importScripts("vendor.js");

const PADDING = 18;
const TITLE = 26;
const GAP = { x: 40, y: 14 };
const COLUMN_MOST = 6;
const ROOMY = 16;        /* so few nodes leave room for a label on each edge */
const FEW_BLOCKS = 12;
const DENSE = 1.5;       /* edges of a block */

/* dagre: layers from clients to servers. ITEMS have w and h; LINKS are [from, to, weight] of their indexes. */
function layers(items, links, down, spacing) {
	const graph = new dagre.graphlib.Graph();
	graph.setGraph({ rankdir: down ? "TB" : "LR", edgesep: 6, ...spacing });
	graph.setDefaultEdgeLabel(() => ({}));
	items.forEach((item, i) => graph.setNode(String(i), { width: item.w, height: item.h }));
	for (const [from, to, weight] of links) graph.setEdge(String(from), String(to), { weight });
	dagre.layout(graph);
	return items.map((item, i) => { const { x, y } = graph.node(String(i)); return { x, y }; });
}

/* Rows of the width of about WIDE; a few are one column. */
function rows(items, wide) {
	const across = Math.max(...items.map((item) => item.w)) + GAP.x;
	const along = Math.max(...items.map((item) => item.h)) + GAP.y;
	const columns = items.length <= COLUMN_MOST ? 1 : Math.max(1, Math.round(wide / across));
	return items.map((item, i) => ({ x: (i % columns) * across, y: Math.floor(i / columns) * along }));
}

/* Gives the members of BLOCK their places inside it (inside: {x, y} from its upper left corner), and it its size. */
function arrange(block, nodes, links, layered, down) {
	const linked = new Set(links.flatMap(([from, to]) => [from, to]).filter((i) => nodes[i].ranked));
	const together = layered ? block.members.filter((i) => linked.has(i)) : [];
	const alone = block.members.filter((i) => !together.includes(i));
	const spots = new Map();
	let bottom = 0;
	let wide = Math.sqrt(alone.length * 1.6) * 210;
	if (together.length) {
		const index = new Map(together.map((member, i) => [member, i]));
		const found = layers(together.map((i) => nodes[i]), links.filter((link) => linked.has(link[0]) && linked.has(link[1])).map(([from, to, weight]) => [index.get(from), index.get(to), weight]), down, { nodesep: 20, ranksep: down ? 44 : together.length <= ROOMY ? 120 : 52 });
		together.forEach((member, i) => spots.set(member, found[i]));
		bottom = Math.max(...together.map((i) => spots.get(i).y + nodes[i].h / 2)) + GAP.y * 1.5;
		wide = Math.max(...found.map((spot) => spot.x)) - Math.min(...found.map((spot) => spot.x)) + 210;
	}
	if (alone.length) {
		const left = together.length ? Math.min(...together.map((i) => spots.get(i).x)) : 0;
		rows(alone.map((i) => nodes[i]), wide).forEach((spot, i) => spots.set(alone[i], { x: left + spot.x, y: bottom + spot.y + nodes[alone[i]].h / 2 }));
	}
	const edge = (side, sign) => Math[sign < 0 ? "min" : "max"](...block.members.map((i) => spots.get(i)[side] + (sign * nodes[i][side === "x" ? "w" : "h"]) / 2));
	const pad = block.boxed ? PADDING : 0;
	const [x, y] = [edge("x", -1) - pad, edge("y", -1) - pad - (block.boxed ? TITLE - 6 : 0)];
	block.w = edge("x", 1) + pad - x;
	block.h = edge("y", 1) + pad - y;
	block.inside = block.members.map((i) => ({ x: spots.get(i).x - x, y: spots.get(i).y - y }));
}

/* Moves blocks apart until none overlap, each pair the shorter way. */
function separate(blocks, gap) {
	for (let pass = 0; pass < 200; pass++) {
		let moved = false;
		for (let i = 0; i < blocks.length; i++) {
			for (let j = i + 1; j < blocks.length; j++) {
				const [a, b] = [blocks[i], blocks[j]];
				const dx = (a.w + b.w) / 2 + gap - Math.abs(a.x - b.x);
				const dy = (a.h + b.h) / 2 + gap - Math.abs(a.y - b.y);
				if (dx <= 0 || dy <= 0) continue;
				moved = true;
				const axis = dx < dy ? "x" : "y";
				const push = (Math.min(dx, dy) / 2 + 0.5) * (a[axis] <= b[axis] ? -1 : 1);
				a[axis] += push;
				b[axis] -= push;
			}
		}
		if (!moved) return;
	}
}

/* d3-force: blocks that talk to each other are near each other. Wider than high, as screens are. */
function force(blocks, links, down) {
	const radius = (block) => Math.hypot(block.w, block.h) / 2;
	const pairs = links.map(([source, target, weight]) => ({ source, target, weight }));
	d3.forceSimulation(blocks).stop()
		.force("charge", d3.forceManyBody().strength((block) => -radius(block) * 12))
		.force("link", d3.forceLink(pairs).distance((pair) => radius(pair.source) + radius(pair.target) + 50).strength((pair) => Math.min(0.4, 0.04 * pair.weight)))
		.force("collide", d3.forceCollide().radius((block) => radius(block) * 0.8 + 20))
		.force("x", d3.forceX().strength(down ? 0.16 : 0.03))
		.force("y", d3.forceY().strength(down ? 0.03 : 0.14))
		.tick(blocks.length > 200 ? 150 : 300);
	separate(blocks, 44);
	return blocks;
}

function layOut({ nodes, edges, algorithm, down }) {
	const blocks = new Map();
	nodes.forEach((node, i) => {
		const key = node.box ?? `alone ${i}`;
		if (!blocks.has(key)) blocks.set(key, { boxed: node.box !== null, members: [], links: [] });
		blocks.get(key).members.push(i);
	});
	const list = [...blocks.values()];
	const blockOf = [];
	list.forEach((block, i) => block.members.forEach((member) => { blockOf[member] = i; }));
	const between = new Map();
	for (const { source, target, weight } of edges) {
		const [a, b] = [blockOf[source], blockOf[target]];
		if (source === target) continue;
		if (a === b) list[a].links.push([source, target, weight]);
		else if (nodes[source].ranked || nodes[target].ranked) between.set(`${a} ${b}`, [a, b, (between.get(`${a} ${b}`)?.[2] ?? 0) + weight]);
	}
	for (const block of list) arrange(block, nodes, block.links, algorithm === "layers", down);
	const links = [...between.values()];
	/* Many blocks that all ask each other make a long chain of layers, which is seen only in part. */
	const dense = list.length > FEW_BLOCKS && links.length > DENSE * list.length;
	const spots = algorithm === "layers" && !dense ? layers(list, links, down, { nodesep: 24, ranksep: down ? 48 : nodes.length <= ROOMY ? 120 : 60 }) : force(list, links, down);
	const places = [];
	list.forEach((block, i) => block.members.forEach((member, m) => {
		places[member] = [spots[i].x - block.w / 2 + block.inside[m].x, spots[i].y - block.h / 2 + block.inside[m].y];
	}));
	return places;
}

onmessage = ({ data }) => {
	try {
		postMessage({ id: data.id, places: layOut(data) });
	} catch (error) {
		postMessage({ id: data.id, error: String(error) });
	}
};
