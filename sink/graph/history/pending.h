/* pending.h - what was counted and is not yet in a row, minute by minute. Pure. */
#ifndef TENURE_GRAPH_HISTORY_PENDING_H
#define TENURE_GRAPH_HISTORY_PENDING_H

#include <stddef.h>
#include <stdint.h>

#include "sink/graph/conversation/conversation_slice.h"
#include "sink/graph/graph.h"

struct pending_minute {
	int32_t minute;
	struct graph graph; /* of ends, by port */
};

/* Zero-initialised. Once EDGES are LIMIT, further edges are summed in the REST of their minute. */
struct pending {
	struct pending_minute *minutes; /* in order */
	size_t count, capacity;
	size_t edges; /* of all */
	size_t limit; /* 0: none; then the owner limits what is added */
};

/* Adds SLICE, which counts, to the minute in which it ends. -1 if out of memory. */
int pending_add(struct pending *pending, const struct conversation_slice *slice);
/* The first of the minutes that is not before MINUTE; COUNT if there is none. */
size_t pending_from(const struct pending *pending, int32_t minute);
void pending_clear(struct pending *pending);
void pending_free(struct pending *pending);

#endif
