/* From the state in the address to what is on the screen: ask the server, make the model, lay it out, draw. */
import { $, throttle } from "./dom.js";
import * as state from "./state.js";
import * as time from "./time.js";
import { ask, stream, Superseded } from "./server.js";
import { makeModel, drawChosen } from "./model.js";
import { place, forget } from "./layout.js";
import { createDrawing, measureNodes } from "./draw.js";
import { createViewport } from "./viewport.js";
import { createKeyboard } from "./keyboard.js";
import { createTimeline } from "./timeline.js";
import { showPanel } from "./panel.js";
import { createSearch } from "./search.js";
import { showTable, markRow } from "./table.js";
import { createExport } from "./export.js";
import { noticesOf, showNotices, showEmpty } from "./notice.js";
import { createChrome } from "./chrome.js";

const ACTIVITY_MS = 10000; /* the histogram of all time changes slowly */
const POLL_MS = 5000;      /* while there are no events */
const PANEL_MS = 5000;     /* the panel of a live graph */
const SPOKEN_MS = 30000;
const BUSY = 4;            /* after it was drawn, a graph rests so many times as long as that took */

const root = $("graph");
const drawing = createDrawing(root, () => viewport.size());
const shown = {
	answer: null, activity: null, model: null, error: null, connected: true, first: null, newest: null,
	loading: 0, panelAt: 0, panelKey: "", spokenAt: 0, drawnAt: 0, pause: 0, marked: null, fitted: false, question: "", drawn: null,
};

const viewport = createViewport(root, drawing.world, throttle((view) => state.change({ z: [Math.round(view.x), Math.round(view.y), view.k.toFixed(3)].join(",") }), 250), drawing.scaled);

/* ---- asking ---- */

const askedAt = () => time.instant(state.current().at || null) ?? shown.newest ?? Date.now();

/* The window that is shown: the server rounds what it is asked for to whole minutes and more. Until it
 * has answered, what it is asked for. */
function windowOf() {
	if (shown.answer && shown.question === questionKey()) {
		const { from, to } = shown.answer.now ?? shown.answer.window;
		return { from: time.instant(from), to: time.instant(to) };
	}
	return { from: askedAt() - time.duration(state.current().window), to: askedAt() };
}

/* What /v1/graph or /v1/compare is asked for the state. */
function question(format) {
	const now = state.current();
	const parameters = { level: now.level, window: time.oneUnit(time.duration(now.window)), at: now.at, namespace: now.ns };
	const name = `tenure-${now.level}-${time.iso(askedAt()).replaceAll(":", "")}`;
	if (!now.base || format === "dot" || format === "mermaid") return { path: "/v1/graph", parameters, name };
	const at = askedAt();
	const before = time.duration(now.base);
	const base = now.base === "previous" ? at - time.duration(now.window) : Number.isNaN(before) ? time.instant(now.base) : at - before;
	return { path: "/v1/compare", parameters: { ...parameters, at: time.iso(at), base_at: time.iso(base), base_window: parameters.window }, name: `${name}-compared` };
}

const questionKey = () => JSON.stringify([state.current().at, state.current().window, state.current().level, state.current().ns, state.current().base]);

/* All time that is kept, and what the slider covers of it, which is finer. */
async function loadActivity() {
	try {
		const all = await ask("activity", "/v1/activity", {});
		shown.newest = time.instant(all.watermark) ?? shown.newest;
		shown.first = time.instant(all.points[0]?.at ?? null);
		const begin = shown.newest - time.duration(state.current().span || "0s");
		const from = Math.max(shown.first, Math.min(begin, windowOf().from));
		shown.activity = state.current().span && shown.newest !== null ? await ask("activity", "/v1/activity", { from: time.iso(from), to: time.iso(shown.newest) }) : all;
		shown.activityAt = Date.now();
	} catch (error) {
		if (!(error instanceof Superseded)) shown.error = error.message;
	}
}

async function load() {
	const { path, parameters } = question();
	const key = questionKey();
	const began = performance.now();
	shown.loading++;
	$("progress").hidden = false;
	try {
		const fresh = shown.activity && Date.now() - shown.activityAt < ACTIVITY_MS;
		const [answer] = await Promise.all([ask("graph", path, parameters), fresh ? null : loadActivity()]);
		shown.answer = answer;
		shown.question = key;
		shown.newest = time.instant(answer.watermark) ?? shown.newest;
		shown.error = null;
		await render();
		shown.pause = BUSY * (performance.now() - began);
		shown.drawnAt = performance.now();
	} catch (error) {
		if (error instanceof Superseded) return;
		shown.error = error.message;
		status();
	} finally {
		shown.loading--;
		$("progress").hidden = shown.loading === 0;
	}
}

/* ---- showing ---- */

/* How many seconds of FROM to TO were seen: within what is kept, without the gaps. */
function seenSeconds({ from, to }) {
	const [begin, end] = [Math.max(from, shown.first ?? from), Math.min(to, shown.newest ?? to)];
	const lost = timeline.gapsIn(begin, end).reduce((sum, gap) => sum + Math.min(gap.to, end) - Math.max(gap.from, begin), 0);
	return Math.max(1, (end - begin - lost) / 1000);
}

function showTime() {
	const points = shown.activity?.points ?? [];
	const now = state.current();
	const last = shown.newest;
	timeline.update({
		...windowOf(), at: askedAt(), live: now.at === "", window: now.window, span: now.span, points, step: (shown.activity?.step ?? 0) / 1e6,
		first: shown.first ?? last, last,
	});
}

/* The places of the last drawing, for drawing again what is chosen. */
let drawnWith = null;

const isNarrow = () => viewport.size().width < 620;

async function drawGraph(model) {
	measureNodes(model);
	const down = isNarrow();
	const now = state.current();
	const key = [now.level, now.ns, down, ...model.nodes.filter((node) => node.folded).map((node) => node.id).sort()].join("|");
	const placed = await place(model, key, down);
	if (!placed || shown.model !== model) return;
	drawChosen(model, chosenOf(model));
	drawnWith = { places: placed.places, down };
	drawing.draw({ model, ...drawnWith });
	const extent = JSON.stringify(drawing.bounds());
	const changed = shown.drawn !== key || (!now.z && shown.extent !== extent);
	Object.assign(shown, { drawn: key, extent });
	if (!shown.fitted && now.z) {
		const [x, y, k] = now.z.split(",").map(Number);
		viewport.apply({ x, y, k: k || 1 });
	} else if (placed.fresh || changed) {
		fit();
	}
	shown.fitted = true;
	keyboard.refresh();
	performance.mark("drawn");
}

function fit() {
	const bounds = drawing.bounds();
	if (!bounds) return;
	const { model, rects } = drawing.scene();
	const busiest = [...model.nodes].sort((a, b) => b.inRate + b.outRate - a.inRate - a.outRate)[0];
	viewport.fit(bounds, isNarrow() ? 0.55 : 0.4, busiest && rects.get(busiest.id));
}

function status() {
	const { from, to } = windowOf();
	const now = state.current();
	const gaps = shown.answer ? timeline.gapsIn(from, to) : [];
	const facts = {
		connected: shown.connected, error: shown.error, live: now.at === "", newest: shown.newest, now: Date.now(), complete: shown.answer?.complete,
		hidden: shown.answer?.hidden ?? 0, gaps, from, to,
	};
	const blind = gaps.some((gap) => gap.from <= from && gap.to >= Math.min(to, shown.newest ?? to));
	let kind = null;
	if (!shown.answer) kind = shown.error ? "failed" : "first";
	else if (shown.newest === null) kind = "nothing";
	else if (shown.model?.allEdges.length === 0) kind = blind ? "gap" : "silence";
	showNotices(kind === "nothing" || kind === "failed" ? [] : noticesOf(facts), load);
	showEmpty(kind, facts, { retry: load, live: () => state.change({ at: "" }), wider: () => state.change({ window: time.durationText(time.duration(now.window) * 6) }) });
}

function showDetails(force) {
	const now = state.current();
	const key = `${now.sel} ${questionKey()}`;
	const due = Date.now() - shown.panelAt > PANEL_MS && !$("panel").contains(document.activeElement);
	if (now.sel === "" && shown.panelKey.startsWith(" ")) shown.marked = null;
	else if (force || key !== shown.panelKey || due) {
		const known = shown.panelKey.split(" ")[0] === now.sel;
		const scroll = known ? $("panel").scrollTop : 0;
		shown.marked = showPanel(now.sel, shown.model, { ...windowOf(), level: now.level, first: shown.first }, panelCalls);
		shown.panelKey = key;
		shown.panelAt = Date.now();
		if (scroll || shown.scrolled) $("panel").scrollTop = scroll;
		shown.scrolled = scroll > 0;
		if (!known && shown.marked && drawing.scene()) reveal(shown.marked);
	}
	if (!drawing.scene()) return;
	drawing.mark("chosen", chosenOf(drawing.scene().model));
	drawMore();
}

/* The thing of the panel in a drawing of MODEL. */
function chosenOf(model) {
	const id = state.current().sel.replace(/^(node|edge):/, "");
	if (!id) return null;
	return model.nodes.find((node) => node.id === id) ?? model.strongest.find((edge) => edge.key === id) ?? model.standIn.get(model.allNodes.get(id)) ?? null;
}

/* Edges that only the chosen thing brings are drawn after what the reader waits for. */
const drawMore = throttle(() => {
	const { model } = drawing.scene() ?? {};
	if (!model || model !== shown.model || !drawChosen(model, chosenOf(model))) return;
	drawing.draw({ model, ...drawnWith });
	keyboard.refresh();
}, 30);

/* On a small screen the panel covers the lower part of the graph. */
function reveal(thing) {
	const rect = drawing.scene().rects.get((thing.source ?? thing).id);
	viewport.measure(); /* the panel has made it smaller */
	const covered = () => $("stage").getBoundingClientRect().bottom - $("panel").getBoundingClientRect().top;
	if (rect) viewport.reveal(rect, isNarrow() ? Math.max(0, covered()) : 0);
}

function speak(model) {
	if (shown.newest === null || state.current().at === "" && Date.now() - shown.spokenAt < SPOKEN_MS) return;
	shown.spokenAt = Date.now();
	const bad = model.allEdges.filter((edge) => edge.health !== "ok").length;
	$("spoken").textContent = `${time.rangeText(windowOf().from, windowOf().to)}: ${model.allNodes.size} nodes, ${model.allEdges.length} edges, ${bad} with errors`;
}

async function render() {
	const now = state.current();
	if (!shown.answer) return status();
	showTime();
	const seconds = { now: seenSeconds(windowOf()) };
	const base = shown.answer.base;
	seconds.before = base ? seenSeconds({ from: time.instant(base.from), to: time.instant(base.to) }) : 1;
	const model = makeModel(shown.answer, seconds, state.listOf(now.shut), state.listOf(now.open), now.all !== "");
	shown.model = model;
	chrome.update(model, now);
	status();
	$("panel").hidden = now.sel === ""; /* its place counts when the graph is fitted */
	if (now.view === "graph") viewport.measure();
	if (now.view === "graph") await drawGraph(model);
	else showTable(model, now, { sort: (sort) => state.change({ sort }), select: panelCalls.select });
	if (shown.model !== model) return;
	showDetails(false);
	speak(model);
}

/* ---- acting ---- */

function fold(key) {
	const now = state.current();
	const [shut, open] = [state.listOf(now.shut), state.listOf(now.open)];
	const box = shown.model.allBoxes.find((one) => one.key === key);
	if (!box) return;
	(box.folded ? shut : open).delete(key);
	if (!box.folded) shut.add(key);
	else if (shown.model.many) open.add(key);
	state.change({ shut: [...shut].join(","), open: [...open].join(","), z: "" }, { step: true });
}

const panelCalls = {
	select: (sel) => state.change({ sel }, { step: true }),
	close: () => {
		const inside = $("panel").contains(document.activeElement);
		state.change({ sel: "" }, { step: true });
		if (inside) (state.current().view === "graph" ? root.querySelector('[tabindex="0"]') : $("sheet"))?.focus();
	},
	fold,
};

const selectionOf = (thing) => (thing.key ? `edge:${thing.key}` : `node:${thing.id}`);
const keyboard = createKeyboard(root, {
	drawing, fold, reveal: viewport.reveal, close: panelCalls.close,
	open: (thing) => {
		panelCalls.select(selectionOf(thing));
		requestAnimationFrame(() => $("panel").focus());
	},
	focused: (thing) => drawing.mark("near", thing),
});
const timeline = createTimeline({
	go: (at) => state.change({ at: at === null ? "" : time.iso(Math.round(at)) }),
	window: (window) => state.change({ window }),
	span: (span) => state.change({ span }),
});
const chrome = createChrome({ fold, fit: () => { state.change({ z: "" }); fit(); }, zoom: viewport.zoom, tidy: () => { forget(); state.change({ z: "" }); render(); }, pinned: () => time.iso(askedAt()) });
createExport({ question, root, drawing });
createSearch({
	chosen: (result) => {
		if (result.type === "namespace") state.change({ ns: result.label, z: "" }, { step: true });
		else panelCalls.select(result.type === "address" ? `address:${result.id}` : `node:${result.id}`);
	},
	typed: drawing.find,
});

/* The node or edge that an element of the drawing is of. */
function thingOf(target) {
	const { model } = drawing.scene();
	const [node, edge] = [target.closest("[data-node]"), target.closest("[data-edge]")];
	if (node) return model.nodes.find((one) => one.id === node.dataset.node);
	return edge ? model.edges.find((one) => one.key === edge.dataset.edge) : null;
}

root.addEventListener("click", (event) => {
	if (viewport.wasDrag() || !drawing.scene()) return;
	const box = event.target.closest("[data-fold]");
	if (box) return fold(box.dataset.fold);
	const thing = thingOf(event.target);
	if (!thing) return panelCalls.close();
	keyboard.go(thing, { focus: false });
	panelCalls.select(selectionOf(thing));
});
let hovered = null;
root.addEventListener("pointerover", (event) => {
	if (event.pointerType === "touch" || !drawing.scene()) return;
	const thing = thingOf(event.target);
	if (thing === hovered) return;
	hovered = thing;
	drawing.tip(thing ?? null);
	drawing.mark("near", thing ?? null);
});
root.addEventListener("pointerleave", () => {
	hovered = null;
	drawing.tip(null);
	drawing.mark("near", null);
});
addEventListener("keydown", (event) => {
	if (event.key === "Escape" && state.current().sel) panelCalls.close();
});

const ASKED = ["at", "window", "level", "ns", "base"];
const reload = throttle(load, 60);
state.onChange((now, before) => {
	const differs = (name) => now[name] !== before[name];
	if (ASKED.some(differs)) {
		if (differs("level") || differs("ns")) shown.fitted = false;
		showTime();
		reload();
	} else if (["shut", "open", "all", "view", "sort"].some(differs)) {
		render();
	} else if (differs("sel")) {
		showDetails(true);
		markRow(now.sel);
	} else if (differs("span")) {
		loadActivity().then(showTime);
	}
	chrome.show(now);
});
let width = isNarrow();
addEventListener("resize", throttle(() => {
	if (isNarrow() !== width && shown.model) render();
	else if (!state.current().z) fit();
	width = isNarrow();
}, 200));

/* Live: each event moves the graph, at most once a second; elsewhere it only moves the end of time. */
let waiting = null;
const moved = throttle(() => {
	clearTimeout(waiting);
	/* A question that runs is not asked again, and may know what is new. */
	const rest = shown.loading ? 200 : shown.drawnAt + shown.pause - performance.now();
	if (rest > 0) waiting = setTimeout(moved, rest);
	else if (shown.told === shown.newest) return;
	else if (state.current().at === "") load();
	else if (Date.now() - (shown.activityAt ?? 0) > ACTIVITY_MS) loadActivity().then(showTime);
}, 1000);
stream((watermark) => {
	shown.told = time.instant(watermark);
	moved();
}, (connected) => {
	if (connected === shown.connected) return;
	shown.connected = connected;
	if (connected && shown.error) load();
	else status();
});
setInterval(() => {
	if (shown.error || (!shown.connected && state.current().at === "")) load();
	else status();
}, POLL_MS);

chrome.show(state.current());
status();
load();
