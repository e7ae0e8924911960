/* The graph by keyboard. Tab comes to one node; right and left go along edges and over their ends, up
 * and down choose among the edges of a node or go to the next node; Enter opens, Escape closes. */

/* CALLS has drawing, open(target), close(), reveal(point), focused(target or null). */
export function createKeyboard(root, calls) {
	let target = null;   /* a node or an edge of the model */
	let from = null;     /* the node from which an edge was reached */

	const isEdge = (thing) => thing?.key !== undefined;
	const element = (thing) => (isEdge(thing) ? calls.drawing.edgeElement(thing.key) : calls.drawing.nodeElement(thing.id));
	const rect = (node) => calls.drawing.scene().rects.get(node.id);
	const byPlace = (a, b) => rect(a).y - rect(b).y || rect(a).x - rect(b).x;

	function go(thing, { focus = true } = {}) {
		if (target) element(target)?.setAttribute("tabindex", -1);
		target = thing;
		const next = element(thing);
		if (!next) return;
		next.setAttribute("tabindex", 0);
		if (!focus) return;
		next.focus({ preventScroll: true });
		const { shapes, model } = calls.drawing.scene();
		const middle = isEdge(thing) ? shapes[model.edges.findIndex((edge) => edge.key === thing.key)].cubic : null;
		calls.reveal(middle ? { x: middle[0], y: middle[1] } : rect(thing));
	}

	/* The edges of NODE on one side, in the order in which they are seen. */
	function edgesOf(node, outgoing) {
		const edges = calls.drawing.scene().model.edges;
		const mine = edges.filter((edge) => (outgoing ? edge.source : edge.target).id === node.id);
		return mine.sort((a, b) => (outgoing ? byPlace(a.target, b.target) : byPlace(a.source, b.source)));
	}

	function along(forward) {
		if (!isEdge(target)) {
			const [first] = edgesOf(target, forward);
			if (!first) return;
			from = target;
			go(first);
		} else {
			go(forward ? target.target : target.source);
		}
	}

	function beside(step) {
		const nodes = calls.drawing.scene().model.nodes;
		const list = isEdge(target) ? edgesOf(from ?? target.source, (from ?? target.source).id === target.source.id) : [...nodes].sort(byPlace);
		const key = (thing) => thing.key ?? thing.id;
		const index = list.findIndex((thing) => key(thing) === key(target));
		go(list[(index + step + list.length) % list.length]);
	}

	root.addEventListener("keydown", (event) => {
		if (event.altKey || event.ctrlKey || event.metaKey) return;
		const box = event.target.closest?.("[data-fold]");
		if (box && (event.key === "Enter" || event.key === " ")) {
			event.preventDefault();
			calls.fold(box.dataset.fold);
			return;
		}
		if (!target) return;
		const actions = {
			ArrowRight: () => along(true), ArrowLeft: () => along(false),
			ArrowUp: () => beside(-1), ArrowDown: () => beside(1),
			Home: () => go([...calls.drawing.scene().model.nodes].sort(byPlace)[0]),
			Enter: () => calls.open(target), " ": () => calls.open(target), Escape: () => calls.close(),
			"-": () => !isEdge(target) && target.box && calls.fold(target.box),
			"+": () => target.folded && calls.fold(target.folded.key),
		};
		const action = actions[event.key];
		if (!action) return;
		event.preventDefault();
		action();
	});
	root.addEventListener("focusin", () => calls.focused(target));
	root.addEventListener("focusout", () => calls.focused(null));

	/* After each drawing: exactly one node can be reached by Tab, and the focus stays where it was. */
	function refresh() {
		const { model } = calls.drawing.scene();
		const had = root.contains(document.activeElement);
		const same = target && (isEdge(target) ? model.edges.find((edge) => edge.key === target.key) : model.nodes.find((node) => node.id === target.id));
		const next = same ?? [...model.nodes].sort((a, b) => b.outgoing.length - a.outgoing.length)[0];
		target = null;
		if (next) go(next, { focus: had && !same });
	}

	return { refresh, go };
}
