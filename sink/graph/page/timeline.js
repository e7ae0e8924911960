/* The time at the foot of the page: traffic as a histogram with its gaps, the window that is shown, and
 * how to move it. */
import { svg, el, $, set } from "./dom.js";
import * as time from "./time.js";

const WINDOWS = ["1m", "5m", "15m", "1h", "6h", "1d"];
const INSET = 7;       /* half of the slider's thumb */
const PLAY_MS = 1000;  /* one window each second */
const BARS_HIGH = 46;

/* CALLS: go(at in ms, or null for live), window(text), span(text). */
export function createTimeline(calls) {
	const [slider, activity, asOf, error] = [$("slider"), $("activity"), $("as-of"), $("as-of-error")];
	let shown = null;    /* {first, last, at, from, to, live, window, points, start} */
	let timer = null;

	const hatch = svg("pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, svg("path", { d: "M0 0v6" }));
	const layer = svg("g");
	activity.append(svg("defs", null, hatch), layer);

	let wide = 0;        /* of ACTIVITY, as its observer said: to ask while drawing would lay the page out each time */
	let drawn = "";      /* what was drawn last */

	const width = () => wide - 2 * INSET;
	const x = (at) => INSET + (width() * (at - shown.start)) / Math.max(1, shown.last - shown.start);
	const clamp = (at) => Math.min(shown.last, Math.max(shown.start, at));

	/* Neighbouring points without coverage are one gap. */
	function gaps(points, step) {
		const list = [];
		for (const point of points) {
			if (point.covered) continue;
			const at = time.instant(point.at);
			if (list.length && list.at(-1).to >= at) list.at(-1).to = at + step;
			else list.push({ from: at, to: at + step });
		}
		return list;
	}

	function drawBars() {
		const { points, step } = shown;
		const most = Math.max(1, ...points.map((point) => point.flows));
		const each = Math.max(1, (width() * step) / Math.max(1, shown.last - shown.start) - 1);
		for (const point of points) {
			const at = time.instant(point.at);
			if (!point.covered || point.flows === 0 || at + step < shown.start) continue;
			const high = Math.max(1.5, (BARS_HIGH - 6) * (point.flows / most));
			const bad = high * Math.min(1, point.errors / point.flows);
			const inside = at + step > shown.from && at < shown.to;
			layer.append(svg("rect", { class: inside ? "bar in" : "bar", x: x(at), y: BARS_HIGH - high, width: each, height: high }));
			if (bad >= 0.5) layer.append(svg("rect", { class: "bar bad", x: x(at), y: BARS_HIGH - bad, width: each, height: bad }));
		}
	}

	function drawGaps() {
		for (const gap of gaps(shown.points, shown.step)) {
			const [from, to] = [x(Math.max(gap.from, shown.start)), x(Math.min(gap.to, shown.last))];
			if (to <= from) continue;
			layer.append(svg("rect", { class: "gap", x: from, y: 2, width: to - from, height: BARS_HIGH - 2 }, svg("title", null, "Nothing was captured: unknown, not silence")));
			layer.append(svg("rect", { class: "gap-edge", x: from, y: 2, width: to - from, height: BARS_HIGH - 2 }));
			if (to - from > 84) layer.append(svg("text", { class: "gap-text", x: (from + to) / 2, y: BARS_HIGH / 2 + 5, "text-anchor": "middle" }, "not captured"));
		}
	}

	function draw() {
		if (!shown || wide === 0) return;
		const { from: begin, to: end, start, last, points } = shown;
		const key = JSON.stringify([begin, end, start, last, wide, points.length, points.reduce((sum, point) => sum + point.flows, 0)]);
		if (key === drawn) return;
		drawn = key;
		layer.replaceChildren();
		if (shown.last === null) return;
		const [from, to] = [x(clamp(shown.from)), x(clamp(shown.to))];
		layer.append(svg("rect", { class: "shown", x: from, y: 0, width: Math.max(2, to - from), height: BARS_HIGH }));
		drawBars();
		drawGaps();
		layer.append(svg("path", { class: "axis", d: `M${INSET} ${BARS_HIGH + 0.5}h${width()}` }));
		for (const tick of time.ticks(shown.start, shown.last, Math.max(2, width() / 90))) {
			const at = x(tick.at);
			layer.append(svg("path", { class: "axis", d: `M${at} ${BARS_HIGH}v4` }));
			if (at > 26 && at < width() - 20) layer.append(svg("text", { x: at, y: BARS_HIGH + 15, "text-anchor": "middle" }, tick.text));
		}
	}

	const valueText = () => `${shown.live ? "live, " : ""}${time.rangeText(shown.from, shown.to)}`;

	/* Shows where we are: AT is asked for, FROM and TO are the window that is shown. Times are in ms; LAST is null
	 * if there is nothing yet. */
	function update(next) {
		const start = next.span ? Math.max(next.first, next.last - time.duration(next.span)) : next.first;
		/* A window before what the span covers widens it. */
		shown = { ...next, start: next.live ? start : Math.min(start, Math.max(next.first, next.from)) };
		set($("live"), "aria-pressed", shown.live);
		slider.disabled = $("play").disabled = $("step-back").disabled = $("step-forward").disabled = shown.last === null;
		if (!WINDOWS.includes(shown.window) && ![...$("window").options].some((option) => option.value === shown.window)) $("window").append(el("option", { value: shown.window }, shown.window));
		$("window").value = shown.window;
		$("span").value = shown.span;
		if (shown.last === null) return draw();
		slider.min = 0;
		slider.max = shown.last - shown.start;
		if (document.activeElement !== slider || !slider.matches(":active")) slider.value = shown.at - shown.start;
		set(slider, "aria-valuetext", valueText());
		if (document.activeElement !== asOf) asOf.value = shown.live ? "" : time.iso(shown.at);
		asOf.placeholder = time.iso(Math.floor(shown.last / 1000) * 1000);
		$("shown").replaceChildren(el("b", null, time.rangeText(shown.from, shown.to)), shown.live ? " · newest" : ` · newest −${time.durationText(Math.max(0, shown.last - shown.at))}`);
		draw();
	}

	function step(direction) {
		const length = time.duration(shown.window);
		const at = shown.at + direction * length;
		calls.go(at >= shown.last ? null : Math.max(at, shown.first + Math.min(length, 1000)));
	}

	function play(on) {
		clearInterval(timer);
		timer = null;
		set($("play"), "aria-pressed", on);
		set($("play"), "aria-label", on ? "Pause" : "Play");
		if (!on) return;
		/* From the newest there is nothing to play: it begins at the start. */
		if (shown.live) calls.go(Math.min(shown.last, shown.start + time.duration(shown.window)));
		timer = setInterval(() => {
			if (shown.at + time.duration(shown.window) >= shown.last) play(false);
			step(1);
		}, PLAY_MS);
	}

	$("window").append(...WINDOWS.map((text) => el("option", { value: text }, text)));
	$("window").addEventListener("change", () => calls.window($("window").value));
	$("span").addEventListener("change", () => calls.span($("span").value));
	$("live").addEventListener("click", () => { play(false); calls.go(null); });
	$("step-back").addEventListener("click", () => step(-1));
	$("step-forward").addEventListener("click", () => step(1));
	$("play").addEventListener("click", () => play(timer === null));
	slider.addEventListener("input", () => {
		play(false);
		const at = shown.start + Number(slider.value);
		calls.go(at >= shown.last - 500 ? null : at);
	});
	slider.addEventListener("keydown", (event) => {
		const moves = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
		if (event.key === "Home") calls.go(Math.min(shown.last, shown.start + time.duration(shown.window)));
		else if (event.key === "End") calls.go(null);
		else if (moves[event.key]) step(moves[event.key]);
		else return;
		event.preventDefault();
	});
	$("as-of-form").addEventListener("submit", (event) => {
		event.preventDefault();
		const at = time.typed(asOf.value, shown?.last ?? Date.now());
		error.textContent = Number.isNaN(at) ? "Write a time such as 2026-11-24T07:48:00Z, -2h or now." : "";
		asOf.setAttribute("aria-invalid", Number.isNaN(at));
		if (Number.isNaN(at)) return;
		play(false);
		asOf.blur();
		calls.go(at);
	});
	asOf.addEventListener("input", () => { error.textContent = ""; });
	new ResizeObserver(([entry]) => {
		wide = entry.contentRect.width;
		draw();
	}).observe(activity);
	return { update, gapsIn: (from, to) => (shown?.points ? gaps(shown.points, shown.step).filter((gap) => gap.from < to && gap.to > from) : []) };
}
