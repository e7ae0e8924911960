/* window.h - the graph of the last minutes of event time. Pure.
 *
 * What settled conversations measured is kept in WINDOW_SLOTS graphs, each for an equal
 * part of the window; the oldest is dropped as time advances.
 *
 * (1) Time advances with the newest event.end, not with the wall clock.
 * (2) A flow that ends before the oldest slot is left out and counted as LATE.
 */
#ifndef TENURE_WINDOW_H
#define TENURE_WINDOW_H

#include <stdint.h>

#include "common/base/when.h"
#include "sink/graph/graph.h"

#define WINDOW_SLOTS 30 /* so the window moves in steps of a thirtieth */

struct window {
	int64_t width_ns;                 /* of one slot */
	int64_t newest;                   /* number of the newest slot: event time / width */
	struct graph slots[WINDOW_SLOTS]; /* slot N is at N mod WINDOW_SLOTS */
	uint64_t late;
};

/* LENGTH_NS is at least WINDOW_SLOTS nanoseconds. */
void window_init(struct window *window, int64_t length_ns);
void window_free(struct window *window);

/* Advances time to NOW; an earlier NOW changes nothing. */
void window_advance(struct window *window, struct when now);
/* The first moment inside the window; WHEN_MIN before time was advanced. */
struct when window_start(const struct window *window);
/* Adds SLICE, if it counts, to the slot of its end. -1 if out of memory. */
int window_add(struct window *window, const struct conversation_slice *slice);
/* Adds the whole window to GRAPH. -1 if out of memory. */
int window_sum(const struct window *window, struct graph *graph);

#endif
