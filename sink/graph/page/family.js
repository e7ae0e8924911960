/* The two families of requests: messages that the meter read ("req"), and turns of the flows that it could not read. No request is
 * in both, and they are never added to one number that is shown. */
import * as units from "./units.js";

const sum = (list, of) => list.reduce((total, one) => total + of(one), 0);

export const FAMILY_TEXT = {
	req: "requests that were read (HTTP, DNS, …), as the server counts them",
	turns: "turns of flows that could not be read: the client's data, then the server's",
};

/* The families of RAW, the best first, each with its rate; TIMES merges response times. */
export function familiesOf(raw, seconds, merged) {
	const messages = raw.messages ?? [];
	const families = [];
	if (messages.length > 0) {
		const names = messages.map((kind) => `${kind.protocol}${kind.requester === "destination" ? " from the server" : ""}`);
		const count = sum(messages, (kind) => kind.requests);
		families.push({
			unit: "req", name: "messages", count, rate: count / seconds, protocols: names.join(", "),
			incomplete: messages.some((kind) => kind.incomplete > 0),
			failed: sum(messages, (kind) => kind.errors + kind.unanswered),
			clientErrors: sum(messages, (kind) => kind.client_errors),
			times: merged(messages.map((kind) => kind.time_to_first_byte).filter(Boolean)),
			last: merged(messages.map((kind) => kind.time_to_last_byte).filter(Boolean)),
		});
	}
	if (raw.requests.count > 0) families.push({ unit: "turns", name: "turns", count: raw.requests.count, rate: raw.requests.count / seconds, times: raw.requests.response_time });
	return families;
}

/* "12 req/s", "3 turns/s", "12 req/s + 3 turns/s"; of flows where nothing was counted. */
export const ratesText = (measures) => (measures.families.length
	? measures.families.map((family) => units.rate(family.rate, family.unit)).join(" + ")
	: units.rate(measures.flowRate, "flows"));

/* What several of them have together, each family by itself. */
export function ratesOf(list) {
	const rates = { req: 0, turns: 0, flows: 0 };
	for (const measures of list) {
		if (measures.families.length === 0) rates.flows += measures.flowRate;
		for (const family of measures.families) rates[family.unit] += family.rate;
	}
	return rates;
}

export function sumText(rates) {
	const parts = ["req", "turns"].filter((unit) => rates[unit] > 0).map((unit) => units.rate(rates[unit], unit));
	return parts.length ? parts.join(" + ") : units.rate(rates.flows, rates.flows > 0 ? "flows" : "req");
}

/* "2 %" of the flows and, of messages, "1 % of req". */
export function errorsText(measures) {
	const read = measures.families.find((family) => family.unit === "req");
	if (!read) return measures.errors ? units.percent(measures.errorRatio) : "–";
	const parts = [measures.errors && `${units.percent(measures.errorRatio)} of flows`, read.failed && `${units.percent(measures.failedRatio)} of req`].filter(Boolean);
	return parts.length ? parts.join(", ") : "–";
}
