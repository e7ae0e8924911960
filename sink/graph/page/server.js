/* Asks the program that served the page. A newer question of the same SLOT ends the older one. */

const running = new Map();

export class Superseded extends Error {}

const TIMEOUT_MS = 20000;

export function address(path, parameters) {
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(parameters ?? {})) {
		if (value !== "" && value !== null && value !== undefined) query.set(name, value);
	}
	const text = query.toString();
	return text ? `${path}?${text}` : path;
}

export async function ask(slot, path, parameters) {
	running.get(slot)?.abort();
	const controller = new AbortController();
	running.set(slot, controller);
	const timer = setTimeout(() => controller.abort("slow"), TIMEOUT_MS);
	try {
		const response = await fetch(address(path, parameters), { signal: controller.signal, headers: { Accept: "application/json" } });
		const body = await response.json().catch(() => null);
		if (!response.ok) throw new Error(body?.detail ?? `the server answers ${response.status}`);
		if (body === null) throw new Error("the server's answer is no JSON");
		return body;
	} catch (error) {
		if (controller.signal.aborted && controller.signal.reason !== "slow") throw new Superseded();
		throw controller.signal.aborted ? new Error("the server does not answer") : error;
	} finally {
		clearTimeout(timer);
		if (running.get(slot) === controller) running.delete(slot);
	}
}

/* Calls moved(watermark) for each event, of which one comes at once; connected(true or false) when the connection
 * changes. */
export function stream(moved, connected) {
	const source = new EventSource("/v1/stream");
	source.addEventListener("graph", (event) => {
		connected(true);
		moved(JSON.parse(event.data).watermark);
	});
	source.onopen = () => connected(true);
	source.onerror = () => connected(false);
	return source;
}
