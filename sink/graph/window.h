/* window.h - the graph of the last minutes of event time.
 *
 * What settled conversations measured is kept in WINDOW_SLOTS graphs, each of a
 * stretch of event time; the oldest falls off as time goes on.
 *
 * (1) Time goes on with the newest event.end, not with the wall clock.
 * (2) A flow whose end lies before the oldest slot is left out, counted as LATE.
 */
#ifndef TENURE_WINDOW_H
#define TENURE_WINDOW_H

#include <stdint.h>

#include "common/base/when.h"
#include "sink/graph/graph.h"

#define WINDOW_SLOTS 30 /* so the window's edge moves by a thirtieth of it at once */

struct window {
	int64_t width_ns;                 /* of one slot */
	int64_t newest;                   /* number of the newest slot: event time / width */
	struct graph slots[WINDOW_SLOTS]; /* slot N lies at N mod WINDOW_SLOTS */
	uint64_t late;
};

/* LENGTH_NS is at least WINDOW_SLOTS nanoseconds. */
void window_init(struct window *window, int64_t length_ns);
void window_free(struct window *window);

/* Lets time go on to NOW; an earlier NOW changes nothing. */
void window_advance(struct window *window, struct when now);
/* The first moment that is inside. */
struct when window_start(const struct window *window);
/* Adds a counted slice to the slot of its end. -1 without memory. */
int window_add(struct window *window, const struct conversation_slice *slice);
/* Adds all that is inside to GRAPH. -1 without memory. */
int window_sum(const struct window *window, struct graph *graph);

#endif
