/* Exponential histograms {scale, offset, counts}: bucket I of COUNTS has base^(offset+i) < x <= base^(offset+i+1)
 * with base 2^(2^-scale). */

/* SUM grows by MORE, at the coarser of the two scales. Returns the sum; null is empty. */
export function merge(sum, more) {
	if (!more) return sum;
	if (!sum) return { ...more, counts: [...more.counts] };
	const scale = Math.min(sum.scale, more.scale);
	const parts = [sum, more].map((part) => ({ ...part, by: 2 ** (part.scale - scale) }));
	const place = (part, index) => Math.floor((part.offset + index) / part.by);
	const offset = Math.min(...parts.map((part) => place(part, 0)));
	const end = Math.max(...parts.map((part) => place(part, part.counts.length - 1)));
	const counts = new Array(end - offset + 1).fill(0);
	for (const part of parts) part.counts.forEach((number, i) => { counts[place(part, i) - offset] += number; });
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
