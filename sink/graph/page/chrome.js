/* The header and the toolbar: view, grouping, namespace, comparison, theme, zoom, legend, counts. */
import { $, el, svg, set } from "./dom.js";
import * as state from "./state.js";
import * as time from "./time.js";
import { CHANGE_TEXT, HEALTH_TEXT } from "./model.js";
import { FAMILY_TEXT, ratesOf, sumText } from "./family.js";
import * as units from "./units.js";

const BASES = [["previous", "window before"], ["1h", "1 hour before"], ["1d", "1 day before"], ["7d", "1 week before"]];
const LEVEL_WORDS = { service: "node", workload: "workload", namespace: "namespace", zone: "zone" };

const sample = (css, width) => svg("svg", { viewBox: "0 0 34 10", "aria-hidden": "true" }, svg("g", { class: `edge ${css}` }, svg("path", { class: "line", d: "M0 5h27", "stroke-width": width }), svg("path", { class: "head", d: "M34 5L26 1.5v7z" })));

function legend(compared) {
	const entries = compared
		? ["new", "gone", "slower", "more_errors", "faster", "unknown", "same"].map((change) => [`change-${change}`, change === "faster" ? "faster, fewer errors" : CHANGE_TEXT[change], 2])
		: [...["ok", "warn", "bad"].map((health) => [`health-${health}`, HEALTH_TEXT[health], 2]), ["health-ok", "wider: more traffic", 4.5]];
	const families = Object.entries(FAMILY_TEXT).map(([unit, text]) => el("span", { class: "family", title: text }, el("b", null, unit), unit === "req" ? "read" : "not read"));
	$("legend").replaceChildren(...entries.map(([css, text, width]) => el("span", null, sample(css, width), text)), ...families);
	$("legend").dataset.compared = compared;
}

function countsText(model, now) {
	const edges = model.allEdges;
	if (now.base) {
		const changes = ["new", "gone", "slower", "more_errors", "faster", "fewer_errors", "unknown"];
		return changes.map((change) => [change, edges.filter((edge) => edge.change === change).length]).filter(([, number]) => number > 0)
			.map(([change, number]) => `${number} ${CHANGE_TEXT[change]}`).join(" · ") || "nothing changed";
	}
	const rates = sumText(ratesOf(edges.map((edge) => edge.now).filter(Boolean)));
	const [flows, errors] = [edges.reduce((sum, edge) => sum + edge.flows, 0), edges.reduce((sum, edge) => sum + edge.errors, 0)];
	const boxes = model.allBoxes.filter((box) => box.folded).length;
	return `${units.plural(model.allNodes.size, LEVEL_WORDS[now.level])}${boxes && now.view === "graph" ? `, ${boxes} of ${units.plural(model.allBoxes.length, "namespace")} collapsed` : ""} · ${now.view === "graph" && model.notDrawn ? `${units.count(model.edges.length)} of ` : ""}${units.plural(model.strongest.length, "edge")} · ${rates}${errors ? ` · ${units.percent(errors / flows)} errors` : ""}`;
}

/* CALLS: fold(key), fit(), zoom(factor), tidy(), pinned() the time shown. */
export function createChrome(calls) {
	const namespaces = new Set();
	const go = (changes) => state.change(changes, { step: true });

	$("view-graph").addEventListener("click", () => go({ view: "graph" }));
	$("view-table").addEventListener("click", () => go({ view: "table" }));
	$("level").addEventListener("change", () => go({ level: $("level").value, sel: "", shut: "", open: "", z: "" }));
	$("namespace").addEventListener("change", () => go({ ns: $("namespace").value, z: "" }));
	$("compare").addEventListener("click", () => go({ base: state.current().base ? "" : "previous" }));
	$("base").addEventListener("change", () => go({ base: $("base").value === "pin" ? calls.pinned() : $("base").value }));
	$("zoom-in").addEventListener("click", () => calls.zoom(1.3));
	$("zoom-out").addEventListener("click", () => calls.zoom(1 / 1.3));
	$("zoom-fit").addEventListener("click", calls.fit);
	$("tidy").addEventListener("click", calls.tidy);
	$("theme").addEventListener("click", () => {
		const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
		document.documentElement.dataset.theme = theme;
		try { localStorage.setItem("tenure-theme", theme); } catch { /* storage may be forbidden */ }
		show(state.current());
	});

	/* What the state alone decides. */
	function show(now) {
		const table = now.view === "table";
		$("stage").classList.toggle("away", table);
		$("sheet").hidden = !table;
		set($("view-graph"), "aria-pressed", !table);
		set($("view-table"), "aria-pressed", table);
		set($("compare"), "aria-pressed", now.base !== "");
		set($("theme"), "aria-pressed", document.documentElement.dataset.theme === "dark");
		$("level").value = now.level;
		$("compare-with").hidden = now.base === "";
		if (now.base) {
			const pinned = Number.isNaN(time.duration(now.base)) && now.base !== "previous";
			$("base").replaceChildren(...[...BASES, pinned ? [now.base, now.base.replace(/^[\d-]+T/, "")] : ["pin", "this window"]].map(([value, text]) => el("option", { value }, text)));
			$("base").value = now.base;
		}
		if (now.ns) namespaces.add(now.ns);
		const texts = ["", ...[...namespaces].sort()];
		if ($("namespace").options.length !== texts.length) $("namespace").replaceChildren(...texts.map((value) => el("option", { value }, value || "All")));
		$("namespace").value = now.ns;
		if ($("legend").dataset.compared !== String(now.base !== "")) legend(now.base !== "");
	}

	$("all-edges").addEventListener("click", () => go({ all: state.current().all ? "" : "1" }));

	/* What the model decides too. */
	function update(model, now) {
		for (const node of model.allNodes.values()) if (node.namespace) namespaces.add(node.namespace);
		show(now);
		$("counts").textContent = model.allEdges.length ? countsText(model, now) : "";
		const folded = model.allBoxes.filter((box) => box.folded).length;
		$("all-edges").hidden = now.view === "table" || (!model.notDrawn && !now.all);
		$("all-edges").textContent = now.all ? "Fewer edges" : "All edges";
		$("all-edges").title = `${units.count(model.notDrawn)} weaker edges are not drawn; the table has them all`;
		const button = $("fold-all");
		button.hidden = model.allBoxes.length === 0 || now.view === "table";
		button.textContent = folded === model.allBoxes.length ? "Open all" : "Collapse all";
		button.onclick = () => {
			const keys = model.allBoxes.map((box) => box.key).join(",");
			const open = folded === model.allBoxes.length;
			go({ shut: open ? "" : keys, open: open && model.many ? keys : "", z: "" });
		};
	}

	return { show, update };
}
