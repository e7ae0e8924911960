/* Where edges leave and enter nodes, their curves, and where their labels fit. Pure: numbers in, numbers out.
 *
 * An edge leaves at the side of the client that faces the server and arrives at the facing side of
 * the server. Edges at one side are spread over it in the order of their other ends, so that they
 * cross less and each arrow is seen. */

const AWAY = { right: [1, 0], left: [-1, 0], bottom: [0, 1], top: [0, -1] };

/* The sides at which an edge from A to B ends; DOWN: layers are above each other. */
function sides(a, b, down) {
	if (a === b) return ["right", "right"];
	const gap = 24;
	const across = Math.abs(b.x - a.x) - (a.w + b.w) / 2;
	const along = Math.abs(b.y - a.y) - (a.h + b.h) / 2;
	const horizontal = b.x > a.x ? ["right", "left"] : ["left", "right"];
	const vertical = b.y > a.y ? ["bottom", "top"] : ["top", "bottom"];
	if (down ? along > gap : across <= gap && along > 90) return vertical;
	if (across > gap) return horizontal;
	return along > 0 && down ? vertical : ["right", "right"];
}

/* Spreads the ends at each side of each node. Gives each edge its two ends {x, y, side}. */
function ends(edges, rects, down) {
	const groups = new Map();
	const result = edges.map((edge) => {
		const [a, b] = [rects.get(edge.source.id), rects.get(edge.target.id)];
		const [leave, arrive] = sides(a, b, down);
		const pair = [{ rect: a, side: leave, other: b }, { rect: b, side: arrive, other: a }];
		pair.forEach((end, i) => {
			const key = `${(i ? edge.target : edge.source).id} ${end.side}`;
			if (!groups.has(key)) groups.set(key, []);
			groups.get(key).push(end);
		});
		return pair;
	});
	for (const group of groups.values()) {
		const sideways = group[0].side === "left" || group[0].side === "right";
		const axis = sideways ? "y" : "x";
		group.sort((p, q) => p.other[axis] - q.other[axis]);
		const room = (sideways ? group[0].rect.h : group[0].rect.w) - 14;
		const step = Math.min(sideways ? 9 : 14, group.length > 1 ? room / (group.length - 1) : 0);
		group.forEach((end, i) => {
			const shift = (i - (group.length - 1) / 2) * step;
			const [ax, ay] = AWAY[end.side];
			end.x = end.rect.x + ax * end.rect.w / 2 + (sideways ? 0 : shift);
			end.y = end.rect.y + ay * end.rect.h / 2 + (sideways ? shift : 0);
		});
	}
	return result;
}

/* The cubic [x0, y0, x1, y1, x2, y2, x3, y3] from START to END, which leaves and arrives at a right angle. */
function curve(start, end) {
	const [sx, sy] = AWAY[start.side];
	const [ex, ey] = AWAY[end.side];
	const [dx, dy] = [Math.abs(end.x - start.x), Math.abs(end.y - start.y)];
	const reach = start.side === end.side ? 46 + dy * 0.12 : Math.max(20, (sx ? dx : dy) / 2);
	return [start.x, start.y, start.x + sx * reach, start.y + sy * reach, end.x + ex * reach, end.y + ey * reach, end.x, end.y];
}

/* The point at the share T of a cubic. */
function pointOf([x0, y0, x1, y1, x2, y2, x3, y3], t) {
	const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
	return { x: a * x0 + b * x1 + c * x2 + d * x3, y: a * y0 + b * y1 + c * y2 + d * y3 };
}

const round = (value) => Math.round(value * 10) / 10;

/* The thickness of a line: its square is as the rate, so that 1 and 1,000 both show. */
function thickness(rate, most) {
	return round(1.2 + (most > 0 ? 4.8 * Math.sqrt(rate / most) : 0));
}

/* For each edge {path, head, width, cubic}: strings for SVG, and numbers for labels. RECTS: id -> {x, y, w, h}. */
export function curves(edges, rects, down) {
	const most = Math.max(0, ...edges.map((edge) => edge.rate));
	return ends(edges, rects, down).map(([start, end], i) => {
		const edge = edges[i];
		const width = thickness(edge.rate, most);
		const [ax, ay] = AWAY[end.side];
		const length = 6 + width * 1.4;
		const half = 2.6 + width * 0.75;
		const neck = edge.directed ? { ...end, x: end.x + ax * length * 0.8, y: end.y + ay * length * 0.8 } : end;
		const cubic = curve(start, neck);
		const path = `M${cubic.slice(0, 2).map(round).join(" ")}C${cubic.slice(2).map(round).join(" ")}`;
		const [bx, by] = [end.x + ax * length, end.y + ay * length];
		const head = edge.directed ? `M${round(end.x)} ${round(end.y)}L${round(bx - ay * half)} ${round(by - ax * half)}L${round(bx + ay * half)} ${round(by + ax * half)}z` : "";
		return { path, head, width, cubic };
	});
}

const SHARES = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74];

/* Places of labels {x, y, form} or null where none is free. WIDTHS are those of the forms of each text,
 * the fullest first, on a screen that shows the world at SCALE; the first edges choose first. No label
 * covers one of RECTS or another label, or leaves BOUNDS; if they MUST be there, one for which there is no
 * room is in the middle all the same. */
export function labelPlaces(shapes, widths, rects, scale, bounds, must) {
	const cell = 64 / scale;
	const grid = new Map();
	const keys = (r) => {
		const list = [];
		for (let x = Math.floor((r.x - r.w / 2) / cell); x <= Math.floor((r.x + r.w / 2) / cell); x++) {
			for (let y = Math.floor((r.y - r.h / 2) / cell); y <= Math.floor((r.y + r.h / 2) / cell); y++) list.push(x * 100003 + y);
		}
		return list;
	};
	const put = (r) => keys(r).forEach((key) => grid.set(key, [...(grid.get(key) ?? []), r]));
	const free = (r) => !keys(r).some((key) => grid.get(key)?.some((o) => Math.abs(o.x - r.x) < (o.w + r.w) / 2 && Math.abs(o.y - r.y) < (o.h + r.h) / 2));
	for (const rect of rects) put({ ...rect, w: rect.w + 4, h: rect.h + 4 });
	return shapes.map((shape, i) => {
		for (let form = 0; form < widths[i].length; form++) {
			for (const share of SHARES) {
				const spot = { ...pointOf(shape.cubic, share), w: (widths[i][form] + 10) / scale, h: 17 / scale };
				const inside = spot.x - spot.w / 2 >= bounds.x && spot.x + spot.w / 2 <= bounds.x + bounds.w;
				if (!inside || !free(spot)) continue;
				put(spot);
				return { x: round(spot.x), y: round(spot.y), form };
			}
		}
		return must ? { ...pointOf(shape.cubic, 0.5), form: 0 } : null;
	});
}
