/* Exponential histograms {scale, offset, counts}: bucket I of COUNTS has base^(offset+i) < x <= base^(offset+i+1)
 * with base 2^(2^-scale). */

/* The sum of LIST, at the coarsest of their scales. */
export function merge(list) {
	const scale = Math.min(...list.map((part) => part.scale));
	const place = (part, index) => Math.floor((part.offset + index) / 2 ** (part.scale - scale));
	const offset = Math.min(...list.map((part) => place(part, 0)));
	const end = Math.max(...list.map((part) => place(part, part.counts.length - 1)));
	const counts = new Array(end - offset + 1).fill(0);
	for (const part of list) part.counts.forEach((number, i) => { counts[place(part, i) - offset] += number; });
	return { scale, offset, counts };
}

/* As histogram.c has it: interpolated inside the bucket that has the SHARE, never outside LEAST and MOST. */
export function percentile(histogram, share, least, most) {
	const wanted = histogram.counts.reduce((a, b) => a + b, 0) * share;
	let seen = 0;
	let index = 0;
	while (index < histogram.counts.length - 1 && seen + histogram.counts[index] < wanted) seen += histogram.counts[index++];
	const within = histogram.counts[index] > 0 ? (wanted - seen) / histogram.counts[index] : 0;
	const value = 2 ** ((histogram.offset + index + within) / 2 ** histogram.scale);
	return Math.min(most, Math.max(least, value));
}
