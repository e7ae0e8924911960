/* The search box: services, namespaces and pods by name, and any address. */
import { el, $ } from "./dom.js";
import { ask, Superseded } from "./server.js";

const WAIT_MS = 120;
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]+(\.\d+)*)$/i;

/* CALLS: chosen({type, id, label}), typed(text): what is being typed, to mark it in the graph. */
export function createSearch(calls) {
	const [input, list] = [$("search"), $("found")];
	let results = [];
	let active = -1;
	let timer = null;

	function show(on) {
		list.hidden = !on;
		input.setAttribute("aria-expanded", on);
		if (!on) input.removeAttribute("aria-activedescendant");
	}

	function activate(index) {
		active = index;
		[...list.children].forEach((item, i) => item.setAttribute("aria-selected", i === active));
		const item = list.children[active];
		if (!item?.id) return;
		input.setAttribute("aria-activedescendant", item.id);
		item.scrollIntoView({ block: "nearest" });
	}

	function choose(result) {
		if (!result) return;
		show(false);
		input.value = "";
		input.blur();
		calls.typed("");
		calls.chosen(result);
	}

	function fill(found, nothing) {
		results = found;
		list.replaceChildren(...(found.length ? found.map((result, i) => el("li", { role: "option", id: `found-${i}`, "aria-selected": "false", onpointerdown: (event) => { event.preventDefault(); choose(result); } },
			el("b", null, result.label), el("span", { class: "what" }, result.type)))
			: [el("li", { role: "option", "aria-disabled": "true", "aria-selected": "false", class: "none" }, nothing)]));
		show(true);
		activate(found.length ? 0 : -1);
		$("spoken").textContent = found.length ? `${found.length} found` : nothing;
	}

	async function look() {
		const text = input.value.trim();
		calls.typed(text);
		if (text === "") return show(false);
		const typed = ADDRESS.test(text) ? [{ type: "address", id: text, label: text }] : [];
		try {
			const answer = await ask("search", "/v1/search", { q: text, limit: 20 });
			const others = answer.results.filter((result) => !typed.some((own) => own.id === result.id));
			fill([...typed, ...others], `Nothing is called ${text}`);
		} catch (error) {
			if (!(error instanceof Superseded)) fill(typed, `The search failed: ${error.message}`);
		}
	}

	input.addEventListener("input", () => {
		clearTimeout(timer);
		timer = setTimeout(look, WAIT_MS);
	});
	input.addEventListener("keydown", (event) => {
		const moves = { ArrowDown: 1, ArrowUp: -1 };
		if (moves[event.key] && results.length) activate((active + moves[event.key] + results.length) % results.length);
		else if (event.key === "Enter" && results[active] && !list.hidden) choose(results[active]);
		else if (event.key === "Enter" && ADDRESS.test(input.value.trim())) choose({ type: "address", id: input.value.trim(), label: input.value.trim() });
		else if (event.key === "Escape") {
			show(false);
			input.value = "";
			calls.typed("");
			input.blur();
		} else return;
		event.preventDefault();
		event.stopPropagation();
	});
	input.addEventListener("blur", () => show(false));
	input.addEventListener("focus", () => { if (input.value) look(); });
	addEventListener("keydown", (event) => {
		if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || /^(input|textarea|select)$/i.test(event.target.tagName)) return;
		event.preventDefault();
		input.focus();
	});
}
