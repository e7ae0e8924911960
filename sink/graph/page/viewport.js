/* Moves and scales the drawing: drag, wheel, pinch, buttons. Coordinates of a view: screen = world * k + (x, y). */

const SMALLEST = 0.08;
const LARGEST = 3;

const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

/* MOVED(view) is called when the reader moved it, SCALED(k) whenever the scale may be another. */
export function createViewport(root, world, moved, scaled) {
	let view = { x: 0, y: 0, k: 1 };
	let size = { width: root.clientWidth, height: root.clientHeight };
	const pointers = new Map();
	let dragged = 0;

	/* Asks how large ROOT is: before anything is drawn, because the browser answers only once all of that is laid out. */
	function measure() {
		if (root.clientWidth) size = { width: root.clientWidth, height: root.clientHeight };
	}
	new ResizeObserver(measure).observe(root);

	function apply(next) {
		view = next;
		world.setAttribute("transform", `translate(${view.x.toFixed(1)} ${view.y.toFixed(1)}) scale(${view.k.toFixed(4)})`);
		scaled(view.k);
	}

	function scaleAt(factor, x, y) {
		const k = clamp(view.k * factor, SMALLEST, LARGEST);
		const by = k / view.k;
		apply({ k, x: x - (x - view.x) * by, y: y - (y - view.y) * by });
		moved(view);
	}

	/* All of BOUNDS, but not so small that nothing can be read: then its middle, or FOCUS. */
	function fit(bounds, least = 0, focus = null) {
		const { width, height } = size;
		const margin = { left: 28, right: 28, top: 24, bottom: 56 };
		const whole = Math.min((width - margin.left - margin.right) / bounds.w, (height - margin.top - margin.bottom) / bounds.h, 1.15);
		const k = clamp(Math.max(whole, least), SMALLEST, LARGEST);
		/* As near to FOCUS as leaves no room empty. */
		const along = (from, length, room, wanted) => (length <= room ? from + length / 2 : clamp(wanted, from + room / 2, from + length - room / 2));
		const wanted = focus ?? { x: bounds.x + bounds.w / 2, y: bounds.y + bounds.h / 2 };
		const middle = {
			x: along(bounds.x, bounds.w, (width - margin.left - margin.right) / k, wanted.x),
			y: along(bounds.y, bounds.h, (height - margin.top - margin.bottom) / k, wanted.y),
		};
		apply({ k, x: (width + margin.left - margin.right) / 2 - middle.x * k, y: (height + margin.top - margin.bottom) / 2 - middle.y * k });
	}

	/* Brings a point of the world into sight if it is not; COVERED pixels at the foot are not seen. */
	function reveal(point, covered = 0) {
		const [width, height] = [size.width, size.height - covered];
		const [x, y] = [point.x * view.k + view.x, point.y * view.k + view.y];
		const [mx, my] = [Math.min(110, width / 4), Math.min(60, height / 4)];
		const [dx, dy] = [clamp(x, mx, width - mx) - x, clamp(y, my, height - my) - y];
		if (dx || dy) apply({ ...view, x: view.x + dx, y: view.y + dy });
	}

	const local = (event) => {
		const rect = root.getBoundingClientRect();
		return { x: event.clientX - rect.left, y: event.clientY - rect.top };
	};

	root.addEventListener("pointerdown", (event) => {
		if (event.button !== 0) return;
		pointers.set(event.pointerId, local(event));
		dragged = 0;
	});
	root.addEventListener("pointermove", (event) => {
		const before = pointers.get(event.pointerId);
		if (!before) return;
		const now = local(event);
		const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, p]) => p);
		dragged += Math.hypot(now.x - before.x, now.y - before.y);
		/* Captured only once it moves, because a captured pointer does not click what is under it. */
		if (dragged > 4 && !root.hasPointerCapture(event.pointerId)) root.setPointerCapture(event.pointerId);
		pointers.set(event.pointerId, now);
		if (others.length === 1) {
			const [other] = others;
			const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
			scaleAt(factor, (now.x + other.x) / 2, (now.y + other.y) / 2);
		} else if (dragged > 4) {
			apply({ ...view, x: view.x + now.x - before.x, y: view.y + now.y - before.y });
			moved(view);
		}
	});
	for (const name of ["pointerup", "pointercancel"]) root.addEventListener(name, (event) => pointers.delete(event.pointerId));
	root.addEventListener("wheel", (event) => {
		event.preventDefault();
		const { x, y } = local(event);
		scaleAt(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0016)), x, y);
	}, { passive: false });

	return {
		apply, fit, reveal,
		measure, size: () => size,
		zoom: (factor) => scaleAt(factor, size.width / 2, size.height / 2),
		view: () => view,
		wasDrag: () => dragged > 4,
	};
}
