/* Small charts of a series: traffic as bars, response times as lines. What was not captured is hatched. */
import { svg, el } from "./dom.js";
import * as time from "./time.js";
import * as units from "./units.js";

const WIDTH = 340;
const HIGH = 64;

function frame(points, step) {
	const first = time.instant(points[0].at);
	const span = time.instant(points.at(-1).at) + step - first;
	const x = (at) => (WIDTH * (at - first)) / span;
	const gaps = points.filter((point) => !point.covered).map((point) => svg("rect", { class: "gap", x: x(time.instant(point.at)), y: 0, width: (WIDTH * step) / span + 0.5, height: HIGH }));
	return { x, each: (WIDTH * step) / span, gaps };
}

/* A heading with the value at its right, which follows the pointer. */
function figure(title, newest, name, points, step, textOf, drawing, key = []) {
	const value = el("output", null, newest);
	const cursor = svg("path", { class: "cursor" });
	const first = time.instant(points[0].at);
	const end = time.instant(points.at(-1).at) + step;
	const chart = svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HIGH + 1}`, preserveAspectRatio: "none", role: "img", "aria-label": name }, drawing, svg("path", { class: "axis", d: `M0 ${HIGH + 0.5}h${WIDTH}` }), cursor);
	chart.addEventListener("pointermove", (event) => {
		const rect = chart.getBoundingClientRect();
		const share = (event.clientX - rect.left) / rect.width;
		const point = points[Math.min(points.length - 1, Math.max(0, Math.floor((share * (end - first)) / step)))];
		cursor.setAttribute("d", `M${share * WIDTH} 0v${HIGH}`);
		value.textContent = `${time.clock(time.instant(point.at))}  ${point.covered ? textOf(point) : "not captured"}`;
	});
	chart.addEventListener("pointerleave", () => {
		cursor.setAttribute("d", "");
		value.textContent = newest;
	});
	return el("figure", null, el("figcaption", null, el("span", null, title), value), chart,
		el("div", { class: "ends", "aria-hidden": "true" }, el("span", null, time.clock(first)), key.map((line) => el("span", null, el("i", { class: line }), line)), el("span", null, time.clock(end))));
}

/* What a chart counts, and how it is called: one family of requests, or flows. */
const COUNTED = {
	messages: { title: "Requests", unit: "req", of: (point) => point.messages?.requests ?? 0 },
	turns: { title: "Turns", unit: "turns", of: (point) => point.requests },
	flows: { title: "Flows", unit: "flows", of: (point) => point.flows },
};

function traffic({ points, step }, name) {
	const { title, unit, of } = COUNTED[name];
	const { x, each, gaps } = frame(points, step);
	const most = Math.max(1, ...points.map((point) => Math.max(of(point), point.flows > 0 ? 1 : 0)));
	const bars = points.filter((point) => point.covered && point.flows > 0).flatMap((point) => {
		const at = x(time.instant(point.at));
		const high = Math.max(1.5, (HIGH * 0.92 * of(point)) / most);
		const bad = high * Math.min(1, failed(point, name));
		const wide = Math.max(1, each - 1);
		return [svg("rect", { class: "bar", x: at, y: HIGH - high, width: wide, height: high }), bad > 0 && svg("rect", { class: "bar bad", x: at, y: HIGH - bad, width: wide, height: bad })];
	});
	const perSecond = (value) => units.rate(value / (step / 1000), unit);
	const errors = (point) => (name === "messages" ? (point.messages?.errors ?? 0) + (point.messages?.unanswered ?? 0) : point.errors);
	const label = `${title} in time, at most ${perSecond(most)}, ${units.count(points.reduce((s, p) => s + errors(p), 0))} errors`;
	return figure(title, `peak ${perSecond(most)}`, label, points, step,
		(point) => `${perSecond(of(point))}${errors(point) ? ` · ${units.plural(errors(point), "error")}` : ""}`, [gaps, bars]);
}

/* The share that failed: of messages, or of flows. */
function failed(point, name) {
	if (name !== "messages") return point.errors / point.flows;
	const { requests = 0, errors = 0, unanswered = 0 } = point.messages ?? {};
	return requests > 0 ? (errors + unanswered) / requests : 0;
}

const LINES = ["p50", "p95", "p99"];

/* The response times of one family: members of OF(point). */
function times({ points, step }, title, of) {
	const has = (point, name) => point.covered && (of(point)?.[name] ?? null) !== null;
	const timed = points.filter((point) => has(point, "p50"));
	if (timed.length === 0) return null;
	const { x, each, gaps } = frame(points, step);
	const most = Math.max(...timed.map((point) => Math.max(...LINES.map((name) => of(point)[name] ?? 0)))) || 1;
	const y = (value) => HIGH - (HIGH * 0.92 * value) / most;
	/* A line breaks where there is nothing to show. */
	const lines = LINES.map((name) => {
		let path = "";
		let down = false;
		for (const point of points) {
			if (!has(point, name)) { down = false; continue; }
			const [px, py] = [x(time.instant(point.at)) + each / 2, y(of(point)[name])];
			path += down ? `L${px.toFixed(1)} ${py.toFixed(1)}` : `M${(px - each * 0.2).toFixed(1)} ${py.toFixed(1)}H${px.toFixed(1)}`;
			down = true;
		}
		return svg("path", { class: `series ${name}`, d: path });
	});
	const text = (point) => (has(point, "p50") ? LINES.filter((name) => has(point, name)).map((name) => `${name} ${units.time(of(point)[name])}`).join(" · ") : "no requests");
	return figure(title, `p99 at most ${units.time(most)}`, `${title}: ${text(timed.at(-1))}`, points, step, text, [gaps, lines], LINES);
}

/* The charts of a series of the server ({points, step in ns}): each family of requests has its own. */
export function charts(series) {
	if (!series.points.length) return [];
	const inMs = { points: series.points, step: series.step / 1e6 };
	const shown = ["messages", "turns"].filter((name) => series.points.some((point) => COUNTED[name].of(point) > 0));
	/* Flows that failed are marked among the turns, else among the flows. */
	if (!shown.includes("turns") && (!shown.length || series.points.some((point) => point.errors > 0))) shown.push("flows");
	return [
		...shown.map((name) => traffic(inMs, name)),
		times(inMs, "Time to the first byte", (point) => point.messages),
		times(inMs, "Response time of turns", (point) => (point.requests > 0 ? point : null)),
	].filter(Boolean);
}
