/* The same edges as a table: sortable, and the view for a screen reader. */
import { el, $ } from "./dom.js";
import { CHANGES, CHANGE_TEXT } from "./model.js";
import { errorsText, ratesText } from "./family.js";
import * as units from "./units.js";

const ROWS = 60; /* drawn at a time, more as the reader scrolls */

const worst = (measures) => Math.max(measures.errorRatio, measures.failedRatio);
/* "http", "turns", "http + turns": the families of its rate. The times are of the first. */
const countedAs = (edge) => (edge.families.length ? edge.families.map((family) => family.protocols ?? family.name).join(" + ") : "flows");
const of = (name, show) => ({ value: (edge) => edge[name], show: (edge) => show(edge[name], edge) });
/* Some are only shown where two windows are compared, and some only where not. */
const COLUMNS = {
	client: { title: "Client", text: true, value: (edge) => edge.source.label, show: (edge) => edge.source.label },
	server: { title: "Server", text: true, value: (edge) => edge.target.label, show: (edge) => edge.target.label },
	change: { title: "Change", text: true, compared: true, value: (edge) => CHANGES.indexOf(edge.change), show: (edge) => CHANGE_TEXT[edge.change] },
	rate: { title: "Rate", ...of("rate", (value, edge) => ratesText(edge)) },
	counted: { title: "Counted as", text: true, value: (edge) => countedAs(edge), show: (edge) => countedAs(edge) },
	flows: { title: "Flows", compared: false, ...of("flows", units.count) },
	failed: { title: "Errors before", compared: true, value: (edge) => (edge.was ? worst(edge.was) : null), show: (edge) => (edge.was ? errorsText(edge.was) : "–") },
	errors: { title: "Errors", value: (edge) => worst(edge), show: (edge) => errorsText(edge) },
	p50: { title: "p50", compared: false, ...of("p50", units.time) },
	was: { title: "p95 before", compared: true, value: (edge) => edge.was?.p95 ?? null, show: (edge) => units.time(edge.was?.p95) },
	p95: { title: "p95", ...of("p95", units.time) },
	p99: { title: "p99", compared: false, ...of("p99", units.time) },
	sent: { title: "Sent", ...of("sent", units.bytes) },
	received: { title: "Received", ...of("received", units.bytes) },
};

const texts = new Intl.Collator("en");

/* Empty values come last in either direction. */
function compare(a, b, down) {
	if (a === null || b === null || a === undefined || b === undefined) return (a === null || a === undefined) - (b === null || b === undefined);
	const order = typeof a === "string" ? texts.compare(a, b) : a - b;
	return down ? -order : order;
}

export function sorted(edges, sort) {
	const down = sort.startsWith("-");
	const column = COLUMNS[sort.replace("-", "")] ?? COLUMNS.rate;
	return edges.map((edge) => ({ edge, value: column.value(edge) })).sort((a, b) => compare(a.value, b.value, down)).map((one) => one.edge);
}

let reached = null; /* sees when the end of the rows comes into sight */

/* CALLS: sort(text), select(text). */
export function showTable(model, state, calls) {
	const compared = state.base !== "";
	const columns = Object.entries(COLUMNS).filter(([, column]) => (column.compared ?? compared) === compared);
	const edges = sorted(model.allEdges, state.sort);
	const name = state.sort.replace("-", "");
	const down = state.sort.startsWith("-");

	const heads = columns.map(([key, column]) => {
		const chosen = key === name;
		const next = chosen ? (down ? key : `-${key}`) : column.text ? key : `-${key}`;
		return el("th", { scope: "col", class: column.text ? null : "num", "aria-sort": chosen ? (down ? "descending" : "ascending") : null },
			el("button", { type: "button", "data-sort": key, onclick: () => calls.sort(next) }, column.title, el("span", { "aria-hidden": "true" }, chosen ? (down ? " ↓" : " ↑") : "")));
	});
	const rowOf = (edge) => el("tr", { class: edge.change && `change-${edge.change}`, "data-row": `edge:${edge.key}` },
		columns.map(([key, column]) => {
			if (key === "client") return el("th", { scope: "row" }, el("button", { type: "button", class: "link", "data-edge": edge.key, onclick: () => calls.select(`edge:${edge.key}`) }, column.show(edge)));
			if (key === "server") return el("td", null, el("span", { class: "muted", "aria-hidden": "true" }, edge.directed ? "→ " : "– "), column.show(edge), edge.directed ? null : el("span", { class: "muted" }, " (or client)"));
			const bad = key === "errors" && edge.health !== "ok" ? edge.health : null;
			return el("td", { class: [!column.text && "num", bad].filter(Boolean).join(" ") || null }, column.show(edge));
		}));
	const body = el("tbody");
	const more = el("button", { type: "button", class: "quiet more" });
	let rows = 0;
	const add = () => {
		body.append(...edges.slice(rows, rows + ROWS).map(rowOf));
		rows = Math.min(edges.length, rows + ROWS);
		more.hidden = rows === edges.length;
		more.textContent = `Show more (${units.count(edges.length - rows)} left)`;
	};
	more.addEventListener("click", add);
	add();
	reached?.disconnect();
	reached = new IntersectionObserver(([entry]) => { if (entry.isIntersecting) add(); }, { root: $("sheet"), rootMargin: "600px" });
	reached.observe(more);

	const focused = document.activeElement?.dataset?.sort;
	const scrolled = $("sheet").scrollTop;
	$("sheet").replaceChildren(el("table", { class: "edges" },
		el("caption", { class: "hidden" }, "Who talks to whom, sorted by the column that is marked"),
		el("thead", null, el("tr", null, heads)), body), more);
	$("sheet").scrollTop = scrolled;
	if (focused) $("sheet").querySelector(`[data-sort="${focused}"]`)?.focus();
	markRow(state.sel);
}

/* Marks the row of what the panel shows. */
export function markRow(selection) {
	for (const row of $("sheet").querySelectorAll("tbody tr")) row.classList.toggle("chosen", row.dataset.row === selection);
}
