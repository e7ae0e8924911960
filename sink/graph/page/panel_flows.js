/* Sample flows of an edge or a node, one by one, and the basis of their match: why each end has its name. */
import { el } from "./dom.js";
import { ask } from "./server.js";
import { section, facts, command, curl } from "./panel_parts.js";
import { basisOf } from "./basis.js";
import * as time from "./time.js";
import * as units from "./units.js";

const FLOWS = 6;

const portOf = (end) => (end.port === undefined ? "" : `:${end.port}`);
const place = (end) => (end.ip.includes(":") && end.port !== undefined ? `[${end.ip}]` : end.ip) + portOf(end);

/* As the graph counts it: refused, reset, unanswered, or nothing of this. */
function failure({ source, destination, tcp }) {
	const [sent, answered] = [tcp?.flags?.source ?? "", tcp?.flags?.destination ?? ""];
	if (answered.includes("R") && !answered.includes("S") && sent.includes("S")) return "refused";
	if (sent.includes("R") || answered.includes("R")) return "reset";
	return destination.packets === 0 && source.packets > 0 ? "unanswered" : null;
}

/* Whether the record says who began: else the client is the one that the tags make it. */
const PROOF = { syn: "Its SYN was seen, so its source is the client.", icmp_type: "Its ICMP type says who asked.", first_packet: "Its source sent the first packet that was seen." };

/* As the graph counts it (tagged_flow_counts_messages()). */
function countsMessages({ l7, requests }) {
	if (!l7 || !((l7.requests ?? 0) + (l7.responses ?? 0) + (l7.retries ?? 0) + (l7.unanswered ?? 0))) return false;
	return !l7.incomplete || (l7.responses > 0 && l7.responses >= (requests?.count ?? 0));
}

function basis(role, end, tag) {
	const { name, lines } = basisOf(end.ip, tag);
	return el("div", { class: "basis" }, el("h4", null, el("span", { class: "muted" }, `${role} `), name), lines.map((line) => el("p", null, line)));
}

function one({ record, partition, offset }) {
	const { source, destination, tenure, event } = record;
	const failed = failure(record);
	const read = countsMessages(record);
	const answer = read ? record.l7.time_to_first_byte : record.requests?.response_time;
	const requests = read ? record.l7.requests : record.requests?.count ?? 0;
	const family = read ? `${record.l7.protocol}${record.l7.incomplete ? ", incomplete" : ""}` : record.l7?.protocol === "tls" ? "turns, tls" : "turns";
	const start = time.instant(event.start ?? event.end);
	const took = Math.max(0, time.instant(event.end) - start);
	return el("details", { class: "flow" },
		el("summary", null, el("time", { datetime: event.start ?? event.end }, time.clock(start)), el("span", { class: "who" }, `${source.ip} → ${place(destination)}`),
			el("span", { class: `num ${failed ? "bad" : ""}` }, failed ?? (answer?.count ? units.time(answer.sum / answer.count) : units.bytes((source.bytes ?? 0) + (destination.bytes ?? 0))))),
		facts([
			["Transport", record.network?.transport ?? "–"], ["Client port", source.port ?? "–"], ["Lasted", units.time(1e6 * took)], ["Seen by", record.observer?.hostname ?? "–"],
			["Sent", units.bytes(source.bytes ?? 0)], ["Received", units.bytes(destination.bytes ?? 0)], ["Requests", requests > 0 ? `${units.count(requests)} (${family})` : "0"],
			answer?.count && ["Fastest", units.time(answer.min)], answer?.count && ["Slowest", units.time(answer.max)], record.tcp?.flags && ["TCP flags", `${record.tcp.flags.source || "–"} / ${record.tcp.flags.destination || "–"}`],
		]),
		basis("From", source, tenure.source), basis("To", destination, tenure.destination),
		el("p", { class: "muted small-text" }, `${PROOF[record.flow?.initiator] ?? "It does not say who began."} Answered from the watch events up to record ${units.count(tenure.kube.position)}${tenure.kube.known ? `, known to ${time.clock(time.instant(tenure.kube.known))}` : ""}${tenure.provisional ? "; provisional" : ""}. Tagged record ${units.count(offset)} of partition ${partition}.`));
}

/* QUESTION has source, target or both, level, from and to. */
export function flowsOf(slot, question) {
	const asked = { ...question, limit: FLOWS };
	return ask(slot, "/v1/flows", asked).then(({ flows }) => {
		if (flows.length === 0) return section("Sample flows", el("p", { class: "muted" }, "No flow of this window was kept as a sample."));
		const { source, destination, tenure } = flows[0].record;
		return [
			section("How the ends are known", basis("From", source, tenure.source), basis("To", destination, tenure.destination)),
			section("Sample flows", el("p", { class: "muted" }, "The first of each minute, and the first that failed. Open one to see why its ends have these names."), el("div", { class: "flows" }, flows.map(one)), command("curl of these flows", curl("/v1/flows", asked))),
		];
	});
}
