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

function traffic({ points, step }) {
	const { x, each, gaps } = frame(points, step);
	const counted = points.some((point) => point.requests > 0) ? "requests" : "flows";
	const most = Math.max(1, ...points.map((point) => Math.max(point[counted], point.flows > 0 ? 1 : 0)));
	const bars = points.filter((point) => point.covered && point.flows > 0).flatMap((point) => {
		const at = x(time.instant(point.at));
		const high = Math.max(1.5, (HIGH * 0.92 * point[counted]) / most);
		const bad = high * Math.min(1, point.errors / point.flows);
		const wide = Math.max(1, each - 1);
		return [svg("rect", { class: "bar", x: at, y: HIGH - high, width: wide, height: high }), bad > 0 && svg("rect", { class: "bar bad", x: at, y: HIGH - bad, width: wide, height: bad })];
	});
	const perSecond = (point) => units.rate(point[counted] / (step / 1000), counted === "requests" ? "req" : "flows");
	const name = `${counted} in time, at most ${units.rate(most / (step / 1000), counted)}, ${units.count(points.reduce((s, p) => s + p.errors, 0))} errors`;
	return figure(counted === "requests" ? "Requests" : "Flows", `peak ${units.rate(most / (step / 1000), counted === "requests" ? "req" : "flows")}`, name, points, step,
		(point) => `${perSecond(point)}${point.errors ? ` · ${units.plural(point.errors, "error")}` : ""}`, [gaps, bars]);
}

const LINES = ["p50", "p95", "p99"];
const has = (point, name) => point.covered && point[name] !== undefined && point[name] !== null && point.requests > 0;

function times({ points, step }) {
	const timed = points.filter((point) => has(point, "p50"));
	if (timed.length === 0) return null;
	const { x, each, gaps } = frame(points, step);
	const most = Math.max(...timed.map((point) => Math.max(...LINES.map((name) => point[name] ?? 0)))) || 1;
	const y = (value) => HIGH - (HIGH * 0.92 * value) / most;
	/* A line breaks where there is nothing to show. */
	const lines = LINES.map((name) => {
		let path = "";
		let down = false;
		for (const point of points) {
			if (!has(point, name)) { down = false; continue; }
			const [px, py] = [x(time.instant(point.at)) + each / 2, y(point[name])];
			path += down ? `L${px.toFixed(1)} ${py.toFixed(1)}` : `M${(px - each * 0.2).toFixed(1)} ${py.toFixed(1)}H${px.toFixed(1)}`;
			down = true;
		}
		return svg("path", { class: `series ${name}`, d: path });
	});
	const text = (point) => (has(point, "p50") ? LINES.filter((name) => has(point, name)).map((name) => `${name} ${units.time(point[name])}`).join(" · ") : "no requests");
	return figure("Response time", `p99 at most ${units.time(most)}`, `Response time: ${text(timed.at(-1))}`, points, step, text, [gaps, lines], LINES);
}

/* The charts of a series of the server ({points, step in ns}). */
export function charts(series) {
	if (!series.points.length) return [];
	const inMs = { points: series.points, step: series.step / 1e6 };
	return [traffic(inMs), times(inMs)].filter(Boolean);
}
