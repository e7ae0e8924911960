/* Why an end of a flow has its name, or none, in sentences: what its tag says (docs/answers.md). */
import * as time from "./time.js";

/* Why a holder is not named; docs/answers.md section 6. */
export const REASONS = {
	before_coverage: "The flow began before the watch events do. Who had the address then was not recorded.",
	between_holders: "The address belonged to nobody at that moment: one pod had gone, and the next had not certainly come.",
	hand_over: "The address passed from one holder to the next while the flow ran, and nothing proves which of them it was.",
	before_first: "The first recorded holder of the address came later.",
	unpublished_pod: "A pod whose address no record shows may have had it.",
	gap: "The watch events have a gap at that time: what happened in it is not known.",
	lost: "The node or pod was lost: its machine may still have run, or another may have the address.",
	never_seen: "The address is in the cluster's range, but no record ever showed a holder.",
	unread: "A record that could not be read may have named the holder.",
	local_scope: "The address is local to each machine, so it names no holder.",
	two_holders: "Two holders are certain at the same time; such an address names neither.",
};
export const reasonText = (reason) => REASONS[reason] ?? "Nothing proves who had the address at that time.";

const BEGAN = {
	sandbox: "its kubelet reports the pod's network as ready since then",
	started: "its first container started then",
	endpoint: "an EndpointSlice listed it then",
	received: "the first record that shows it came then",
	interface: "its interface carried the first packet then",
	created: "the object was created then",
};
const ENDED = {
	sandbox: "its kubelet reports the pod's network as gone since then",
	finished: "its last container finished then",
	last_status: "its last status is of then",
	received: "the record that ended it came then",
};

const moment = (text) => `${time.day(time.instant(text))} ${time.clock(time.instant(text))}`;

function holding({ start, end, start_from, end_from }) {
	const since = start === null ? "since before the records begin" : `from ${moment(start)} on: ${BEGAN[start_from] ?? start_from}`;
	return `${since}. ${end === null ? "No record has ended that." : `Until ${moment(end)}: ${ENDED[end_from] ?? end_from}.`}`;
}

/* Which service it is counted as. */
function membership(tag) {
	const services = tag.services ?? [];
	if (tag.kind === "service" || services.length === 0) return null;
	const chosen = tag.service && `${tag.service.namespace}/${tag.service.name}`;
	const more = tag.services_reason ? " There may be more: what is known of the EndpointSlices of that time is not whole." : "";
	const how = tag.kind === "pod" ? "An EndpointSlice lists it" : "It serves, as an endpoint or by a nodePort,";
	if (services.length === 1) return `${how} for ${services[0]}.${more}`;
	return `${how} for ${services.join(", ")}; ${chosen ? `only ${chosen} has this port` : "its port does not tell which"}.${more}`;
}

/* What holds the address: {name, lines}. IP is of the end, TAG is tenure.source or tenure.destination of a record. */
export function basisOf(ip, tag) {
	const k8s = tag.k8s ?? {};
	const named = (kind, name) => ({ name: `${kind} ${name}`, lines: [`${ip} is its address ${holding(tag.binding)}`, membership(tag)].filter(Boolean) });
	if (tag.status !== "known") return { name: `${tag.status}: ${(tag.reason ?? "").replaceAll("_", " ")}`, lines: [reasonText(tag.reason)] };
	switch (tag.kind) {
	case "pod": return named("pod", `${k8s.namespace?.name}/${k8s.pod?.name}${k8s.node ? ` on ${k8s.node.name}` : ""}`);
	case "node": return named("node", k8s.node?.name);
	case "service": return named("service", `${tag.service?.namespace ?? k8s.namespace?.name}/${tag.service?.name}`);
	default: return { name: "outside", lines: [`${ip} is in no range of the cluster, and no record shows a holder.`, membership(tag)].filter(Boolean) };
	}
}
