/* The panel of an address: who held it at the time shown, and everyone who ever did, as bars. */
import { el } from "./dom.js";
import { ask } from "./server.js";
import { heading, section, command, curl, later } from "./panel_parts.js";
import * as time from "./time.js";

/* A tenure's ends in ms. Where it has no beginning or end, what was seen of it bounds the bar, which is open there. */
function bounded(tenure) {
	const from = time.instant(tenure.from);
	const to = time.instant(tenure.to);
	return {
		...tenure,
		begin: from ?? time.instant(tenure.first_seen), openBegin: from === null,
		end: to ?? time.instant(tenure.last_seen), openEnd: to === null,
	};
}

const moment = (ms) => `${time.day(ms).slice(5)} ${time.clock(ms)}`;

function bars(tenures, at) {
	const first = Math.min(at, ...tenures.map((tenure) => tenure.begin));
	const last = Math.max(at, ...tenures.map((tenure) => tenure.end));
	const x = (ms) => (100 * (ms - first)) / Math.max(1, last - first);
	return el("ol", { class: "tenures" }, tenures.map((tenure) => {
		const now = tenure.begin <= at && (tenure.openEnd || at < tenure.end);
		const bar = el("i", { class: `${tenure.openBegin ? "open-begin " : ""}${tenure.openEnd ? "open-end" : ""}` });
		bar.style.left = `${x(tenure.begin)}%`;
		bar.style.width = `max(3px, ${x(tenure.end) - x(tenure.begin)}%)`;
		const cursor = el("em");
		cursor.style.left = `${x(at)}%`;
		return el("li", { class: now ? "now" : null },
			el("b", null, tenure.holder), el("span", { class: "muted" }, `${tenure.openBegin ? "seen " : ""}${moment(tenure.begin)} – ${tenure.openEnd ? `last seen ${moment(tenure.end)}` : moment(tenure.end)}`),
			el("div", { class: "bar", "aria-hidden": "true" }, bar, cursor),
			tenure.services?.length ? el("span", { class: "muted" }, tenure.services.join(", ")) : null);
	}));
}

/* What is said of the time shown. Where records say neither that a tenure ended nor that another began, it is
 * told when it was last proven. */
function verdict(tenures, at) {
	const proven = tenures.filter((tenure) => tenure.begin <= at && at <= tenure.end);
	if (proven.length === 1) return [proven[0].holder, `held it at ${moment(at)} UTC`];
	if (proven.length > 1) return ["Not certain", `${proven.length} holders are recorded at ${moment(at)} UTC`];
	const [last] = tenures.filter((tenure) => tenure.begin <= at);
	if (last?.openEnd) return [last.holder, `held it when it was last seen, ${moment(last.end)} UTC; no record says that this ended`];
	return ["Not known", `no flow shows who held it at ${moment(at)} UTC`];
}

export function addressPanel(ip, context, calls) {
	const path = `/v1/address/${encodeURIComponent(ip)}`;
	const content = (answer) => {
		const tenures = answer.tenures.map(bounded).sort((a, b) => b.begin - a.begin);
		if (tenures.length === 0) return el("p", null, "No flow with this address was seen.");
		const [holder, line] = verdict(tenures, context.to);
		return [
			el("p", { class: "verdict" }, el("b", null, holder), el("span", null, line)),
			section(`Held by (${tenures.length})`, bars(tenures, context.to)),
			section("The same elsewhere", command("curl", curl(path)), command("command line", `tenure-lookup --kube kafka:tenure.kube --at ${time.iso(context.to)} ${ip}`)),
		];
	};
	return [heading("node", ip, "address", calls.close), later(`address ${ip}`, () => ask("address", path).then(content))];
}
