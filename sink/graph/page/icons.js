/* One line drawing of 16x16 for each kind of node. */
import { svg } from "./dom.js";

const PATHS = {
	service: "M8 1.8l5.4 3.1v6.2L8 14.2l-5.4-3.1V4.9zM8 5.6a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8z",
	pod: "M8 1.8l5.4 3.1v6.2L8 14.2l-5.4-3.1V4.9zM2.6 4.9L8 8l5.4-3.1M8 8v6.2",
	deployment: "M2.5 5.5h8v8h-8zM5.5 5.5v-3h8v8h-3",
	statefulset: "M2.5 4c0-2.5 11-2.5 11 0v8c0 2.5-11 2.5-11 0zM2.5 4c0 2.5 11 2.5 11 0M2.5 8c0 2.5 11 2.5 11 0",
	cronjob: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 4.5V8l2.5 1.5",
	node: "M2 3h12v4H2zM2 9h12v4H2zM4.5 5h1M4.5 11h1",
	outside: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM1.8 8h12.4M8 1.8c-4 4-4 8.4 0 12.4 4-4 4-8.4 0-12.4",
	unknown: "M5.5 6c0-4 5.5-3.5 5.2 0-.2 1.8-2.7 1.8-2.7 4M8 12.5v1",
	namespace: "M1.8 4V13h12.4V4.5H8L6.5 2.8H1.8z",
	zone: "M8 14.5S3 9.8 3 6.5a5 5 0 0 1 10 0c0 3.3-5 8-5 8zM8 4.8a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4z",
};
const SAME = { daemonset: "deployment", replicaset: "deployment", replicationcontroller: "deployment", job: "cronjob", ambiguous: "unknown" };

export function icon(kind, attributes) {
	const path = PATHS[kind] ?? PATHS[SAME[kind]] ?? PATHS.deployment;
	return svg("path", { class: "icon", d: path, ...attributes });
}
