/* The panel beside the graph: one node, one edge or one address. It shows at once what the graph knows,
 * and adds what the server says of it. */
import { el, $ } from "./dom.js";
import { ask } from "./server.js";
import { heading, section, facts, command, curl, later } from "./panel_parts.js";
import { flowsOf } from "./panel_flows.js";
import { reasonText } from "./basis.js";
import { charts } from "./chart.js";
import { addressPanel } from "./panel_address.js";
import { CHANGE_TEXT, together } from "./model.js";
import { FAMILY_TEXT, errorsText, ratesOf, ratesText, sumText } from "./family.js";
import * as units from "./units.js";
import * as time from "./time.js";

const PEERS = 8;

const share = (measures) => `${units.percent(measures.errorRatio)} (${units.count(measures.errors)} of ${units.plural(measures.flows, "flow")})`;
const badness = (health) => (health === "ok" ? null : health);

/* Before and now of two windows, where they are compared. */
function changed(edge) {
	if (!edge.change) return null;
	const row = (name, of) => el("tr", null, el("th", { scope: "row" }, name), el("td", null, edge.was ? of(edge.was) : "–"), el("td", null, edge.now ? of(edge.now) : "–"));
	return section("Compared", el("p", { class: `change change-${edge.change}` }, CHANGE_TEXT[edge.change]),
		el("table", { class: "small" }, el("thead", null, el("tr", null, el("td"), el("th", { scope: "col" }, "before"), el("th", { scope: "col" }, "now"))),
			el("tbody", null, row("Rate", ratesText), row("p50", (m) => units.time(m.p50)), row("p95", (m) => units.time(m.p95)), row("Errors", errorsText))));
}

function reasonOf(node) {
	if (node.kind !== "unknown" && node.kind !== "ambiguous") return null;
	return section(node.kind === "unknown" ? "Why it is not known" : "Why it is ambiguous", el("p", null, reasonText(node.reason)), el("p", { class: "muted" }, el("code", null, `${node.kind}: ${node.reason}`)));
}

function peers(title, edges, other, calls) {
	if (edges.length === 0) return null;
	const sorted = [...edges].sort((a, b) => b.rate - a.rate);
	const most = sorted[0].rate || 1;
	return section(`${title} (${edges.length})`,
		el("ul", { class: "peers" }, sorted.slice(0, PEERS).map((edge) => {
			const bar = el("i", { "aria-hidden": "true" });
			bar.style.width = `${Math.max(1, (100 * edge.rate) / most)}%`;
			return el("li", null, el("button", { type: "button", onclick: () => calls.select(`edge:${edge.key}`) },
				bar, el("span", { class: "who" }, edge[other].label), el("span", { class: `num ${badness(edge.health) ?? ""}` }, `${ratesText(edge)}${edge.p95 === null ? "" : ` · ${units.time(edge.p95)}`}${edge.health === "ok" ? "" : ` · ${units.percent(edge.trouble)} err`}`)));
		})),
		edges.length > PEERS ? el("p", { class: "muted" }, `and ${edges.length - PEERS} more, in the table`) : null);
}

function seriesOf(slot, parameters, context) {
	const length = Math.max(12 * (context.to - context.from), 600000);
	const from = Math.max(context.first ?? -Infinity, context.to - length);
	const step = Math.max(60000, Math.ceil((context.to - from) / 60 / 60000) * 60000);
	return ask(slot, "/v1/series", { ...parameters, level: context.level, from: time.iso(from), to: time.iso(context.to), step: time.oneUnit(step) }).then(charts);
}

function nodePanel(node, context, calls) {
	const [served, asked] = [node.incoming, node.outgoing];
	const all = together(served, 1);
	const line = [node.kindText, node.namespace && !node.folded && `namespace ${node.namespace}`, node.cluster && `cluster ${node.cluster}`].filter(Boolean).join(" · ");
	const side = served.length ? "target" : "source";
	return [
		heading(node.kind, node.label, line, calls.close),
		facts([
			["Received", sumText(node.inRates)],
			["Sent", sumText(node.outRates)],
			["Errors", all ? errorsText(all) : "–", badness(node.health)],
			node.inner !== null && ["Inside", sumText(ratesOf(node.inner))],
		]),
		reasonOf(node),
		node.folded ? el("p", null, el("button", { type: "button", class: "quiet", onclick: () => calls.fold(node.folded.key) }, "Open this box"))
			: section(side === "target" ? "Requests to it" : "Requests from it", later(`series ${node.id}`, () => seriesOf("series", { [side]: node.id }, context))),
		...familyTimes(all),
		peers("Clients", served, "source", calls),
		peers("Servers", asked, "target", calls),
		node.folded ? null : later(`flows ${node.id}`, () => flowsOf("flows", { [side]: node.id, level: context.level, from: time.iso(context.from), to: time.iso(context.to) })),
	];
}

function portsTable(ports) {
	if (!ports?.length) return null;
	return section("Ports", el("table", { class: "small" },
		el("thead", null, el("tr", null, ["Port", "Flows", "Requests", "Counted as", "p95", "Errors"].map((name) => el("th", { scope: "col" }, name)))),
		el("tbody", null, ports.map((port) => {
			const errors = Object.values(port.errors ?? {}).reduce((a, b) => a + b, 0);
			const families = together([{ raw: port }], 1).families;
			const each = (of) => families.map(of).join(" + ") || "–";
			return el("tr", null, el("th", { scope: "row" }, `${port.port ?? "–"}/${port.transport ?? "–"}`), el("td", null, units.count(port.flows)), el("td", null, each((family) => units.count(family.count))), el("td", null, each((family) => family.protocols ?? family.name)),
				el("td", null, each((family) => units.time(family.times?.p95 ?? null))), el("td", { class: errors ? "bad" : null }, units.count(errors)));
		}))));
}

function percentiles(title, times) {
	if (!times || (times.mean ?? null) === null) return null;
	return section(title, facts([["p50", units.time(times.p50 ?? null)], ["p95", units.time(times.p95 ?? null)], ["p99", units.time(times.p99 ?? null)], ["mean", units.time(times.mean)], ["least", units.time(times.min)], ["most", units.time(times.max)]]));
}

/* The times of each family by itself; of messages also to the last byte. */
function familyTimes(measures) {
	if (!measures) return [];
	return measures.families.flatMap((family) => (family.unit === "turns" ? [percentiles("Response time of turns", family.times)]
		: [percentiles(`Time to the first byte of ${family.protocols}`, family.times), percentiles("Time to the last byte", family.last)]));
}

/* What was read, by protocol. */
function messagesTable(raw) {
	if (!raw?.messages?.length) return null;
	const columns = [["Requests", "requests"], ["Errors", "errors"], ["Client errors", "client_errors"], ["No answer", "unanswered"], ["Retries", "retries"]];
	return section("Messages", el("table", { class: "small" },
		el("thead", null, el("tr", null, el("th", { scope: "col" }, "Protocol"), columns.map(([title]) => el("th", { scope: "col" }, title)))),
		el("tbody", null, raw.messages.map((kind) => el("tr", null, el("th", { scope: "row" }, `${kind.protocol}${kind.requester === "destination" ? " (asked by the server)" : ""}${kind.incomplete ? " (incomplete)" : ""}`),
			columns.map(([, name]) => el("td", { class: kind[name] && name !== "requests" && name !== "retries" && name !== "client_errors" ? "bad" : null }, units.count(kind[name] ?? 0))))))));
}

function edgeDetails(answer) {
	const { edge } = answer;
	if (edge.flows === 0) return [];
	const lost = edge.retransmissions && edge.retransmissions.source + edge.retransmissions.destination;
	return [
		percentiles("Handshake", edge.handshake),
		portsTable(answer.ports),
		lost !== undefined && section("Transport", facts([["Retransmissions", units.count(lost)], ["Packets sent", units.count(edge.packets?.source ?? 0)], ["Packets received", units.count(edge.packets?.destination ?? 0)]])),
	];
}

function edgePanel(edge, context, calls) {
	const errors = edge.raw?.errors ?? edge.rawBefore?.errors ?? {};
	const end = (node) => el("button", { type: "button", class: "link", onclick: () => calls.select(`node:${node.id}`) }, node.label);
	const single = !edge.source.folded && !edge.target.folded;
	const question = { source: edge.source.id, target: edge.target.id, level: context.level, from: time.iso(context.from), to: time.iso(context.to) };
	return [
		heading(edge.target.kind, [end(edge.source), edge.directed ? " → " : " – ", end(edge.target)], edge.directed ? "client → server" : "which of them is the client is not known", calls.close),
		facts([
			...edge.families.map((family) => [el("span", { title: FAMILY_TEXT[family.unit] }, family.protocols ? `Requests (${family.protocols}${family.incomplete ? ", incomplete" : ""})` : "Turns"), units.rate(family.rate, family.unit)]),
			edge.families.length === 0 && ["Flows", ratesText(edge)],
			["Errors", errorsText(edge), badness(edge.health)],
			edge.families.length > 0 && ["Flows", units.count(edge.flows)],
			["Sent", units.bytes(edge.sent)],
			["Received", units.bytes(edge.received)],
		]),
		changed(edge),
		messagesTable(edge.raw ?? edge.rawBefore),
		edge.errors > 0 ? section("Failed flows", el("p", null, share(edge)), facts(Object.entries(errors).filter(([, number]) => number > 0).map(([name, number]) => [name, units.count(number), "bad"]))) : null,
		...familyTimes(edge),
		single ? section("In time", later(`series ${edge.key}`, () => seriesOf("series", { source: edge.source.id, target: edge.target.id }, context))) : el("p", { class: "muted" }, `${units.plural(edge.parts, "edge")} of a collapsed box. Open the box to see each.`),
		reasonOf(edge.source), reasonOf(edge.target),
		single ? later(`edge ${edge.key}`, () => ask("edge", "/v1/edge", question).then(edgeDetails)) : null,
		single ? later(`flows ${edge.key}`, () => flowsOf("flows", question)) : null,
		section("The same elsewhere", command("curl", curl(single ? "/v1/edge" : "/v1/graph", single ? question : { level: context.level, from: question.from, to: question.to })),
			command("command line", `tenure-graph --from ${time.iso(context.from)} --to ${time.iso(context.to)} --format table`)),
	];
}

/* SELECTION is the text of the state; CALLS: select(text), close(), fold(key). Returns what is marked
 * in the graph: a node, an edge or null. */
export function showPanel(selection, model, context, calls) {
	const panel = $("panel");
	const [type, id] = [selection.slice(0, selection.indexOf(":")), selection.slice(selection.indexOf(":") + 1)];
	if (type === "address") {
		panel.hidden = false;
		panel.replaceChildren(...addressPanel(id, context, calls));
		return null;
	}
	const thing = type === "node" ? model.nodes.find((node) => node.id === id) ?? model.allNodes.get(id)
		: type === "edge" ? model.edges.find((edge) => edge.key === id) ?? model.allEdges.find((edge) => edge.key === id) : null;
	panel.hidden = selection === "";
	if (!thing) {
		panel.replaceChildren(...(selection ? [
			heading("unknown", id.replace(">", " → "), "not in this window", calls.close),
			id.startsWith("pod/") && el("p", null, "The graph shows pods as their service or workload; one that has neither is a node of its own."),
		].filter(Boolean) : []));
		return null;
	}
	panel.replaceChildren(...(type === "node" ? nodePanel : edgePanel)(thing, context, calls).filter(Boolean));
	return thing;
}
