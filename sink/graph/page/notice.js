/* What the reader must know of what is shown: that it is old, not complete, cut off, or cut short; and
 * what to do where there is nothing to show. */
import { el, svg, $ } from "./dom.js";
import * as time from "./time.js";

const STALE_MS = 120000;

/* FACTS: connected, error, live, newest (ms), now (ms), complete, hidden (edges that the server summed), gaps, from, to. */
export function noticesOf(facts) {
	const list = [];
	if (facts.error) list.push({ css: "bad", title: "Not up to date.", text: `The last question failed: ${facts.error}.`, retry: true });
	else if (!facts.connected) list.push({ css: "bad", title: "Disconnected.", text: `Trying again. This is as of ${facts.newest ? `${time.day(facts.newest)} ${time.clock(facts.newest)} UTC` : "the last answer"}.` });
	if (facts.live && facts.connected && facts.newest !== null && facts.now - facts.newest > STALE_MS) list.push({ css: "warn", title: "Stale.", text: `The newest flow is ${time.ago(facts.now - facts.newest)} old: this is a recording, or the capture does not run.` });
	const unseen = facts.gaps.reduce((sum, gap) => sum + Math.min(gap.to, facts.to) - Math.max(gap.from, facts.from), 0);
	if (unseen > 0 && unseen < facts.to - facts.from) list.push({ css: "warn", title: "Partly unknown.", text: `${time.durationText(unseen)} of this window were not captured. Rates are of the rest.` });
	else if (facts.complete === false && !facts.live) list.push({ css: "", title: "Not complete.", text: "Flows of this window may still come." });
	if (facts.hidden) list.push({ css: "", title: "Truncated.", text: `${facts.hidden.toLocaleString("en-US")} edges with the fewest flows are left out. Choose a namespace to see them.` });
	return list;
}

/* Shows LIST; what is there already stays, so that a screen reader is not told twice. */
export function showNotices(list, retry) {
	const text = JSON.stringify(list);
	if ($("notices").dataset.shown === text) return;
	$("notices").dataset.shown = text;
	$("notices").replaceChildren(...list.map((notice) => el("div", { class: `notice ${notice.css}` }, el("b", null, notice.title), el("span", null, notice.text), notice.retry ? el("button", { type: "button", onclick: retry }, "Try again") : null)));
	if (list.length) $("spoken").textContent = list.map((notice) => `${notice.title} ${notice.text}`).join(" ");
}

const picture = (path) => svg("svg", { viewBox: "0 0 72 48", "aria-hidden": "true" }, svg("path", { d: path, fill: "none", stroke: "currentColor", "stroke-width": 1.5, "stroke-dasharray": "4 3" }));
const GRAPH = "M4 16h18v14H4zM50 4h18v14H50zM50 30h18v14H50zM22 23h10q6 0 8-6t10-6M32 23q6 0 8 7t10 7";
const GAP = "M4 44V28h8v16M18 44V20h8v24M46 44V24h8v20M60 44V16h8v28M30 44L42 12M34 44L42 24";

const steps = (list) => el("ol", null, list.map(([text, code]) => el("li", null, el("div", null, el("span", null, text), el("code", { tabindex: 0 }, code)))));

/* KIND: "nothing" (no flow ever), "gap" (nothing was captured), "silence" (captured, and no traffic), "first" (loading), "failed". */
export function showEmpty(kind, facts, calls) {
	const place = $("empty");
	place.hidden = kind === null;
	if (place.dataset.kind === String(kind) && kind !== "failed") return;
	place.dataset.kind = String(kind);
	const newest = el("button", { type: "button", onclick: () => calls.live() }, "Go to the newest");
	const wider = el("button", { type: "button", onclick: () => calls.wider() }, "Widen the window");
	const blanks = {
		nothing: () => [picture(GRAPH), el("h2", null, "No flows yet"), el("p", null, "The graph appears with the first tagged flow. If you expected one, look along the way of the data:"), steps([
			["Does the meter capture? Its flows are in this topic:", "kcat -C -e -o -1 -b BROKER -t tenure.flows"],
			["Does tenure-enrich tag them? The tagged ones are in this topic:", "kcat -C -e -o -1 -b BROKER -t tenure.flows.tagged"],
			["Does this program read them?", `curl -s '${location.origin}/readyz?verbose'`]])],
		gap: () => [picture(GAP), el("h2", null, "Unknown"), el("p", null, "Nothing was captured in this window, so nobody knows who talked to whom. That is not the same as no traffic."), el("div", { class: "buttons" }, newest, wider)],
		silence: () => [picture(GRAPH), el("h2", null, "No traffic"), el("p", null, "This window was captured, and no flow ended in it."), el("div", { class: "buttons" }, newest, wider)],
		first: () => [el("p", { role: "status" }, "Loading the graph…")],
		failed: () => [picture(GAP), el("h2", null, "The server does not answer"), el("p", null, `${facts.error ?? ""}. It is asked again every few seconds.`), el("div", { class: "buttons" }, el("button", { type: "button", onclick: calls.retry }, "Try again"))],
	};
	place.replaceChildren(...(kind ? [el("div", { class: "blank" }, blanks[kind]())] : []));
}
