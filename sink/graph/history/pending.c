#include "sink/graph/history/pending.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "sink/graph/history/history_rows.h"

size_t pending_from(const struct pending *pending, int32_t minute)
{
	size_t low = 0, high = pending->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pending->minutes[middle].minute < minute)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int pending_add(struct pending *pending, const struct conversation_slice *slice)
{
	int32_t minute = history_minute_of(slice->end);
	size_t at = pending_from(pending, minute), edges;
	struct pending_minute *place;

	if (at == pending->count || pending->minutes[at].minute != minute) {
		if (array_grow(&pending->minutes, &pending->capacity, pending->count + 1,
			       sizeof(*pending->minutes)) < 0)
			return -1;
		place = &pending->minutes[at];
		memmove(place + 1, place, (pending->count++ - at) * sizeof(*place));
		place->minute = minute;
		graph_init(&place->graph);
		place->graph.by_port = true;
		/* Every edge gets to a row: the limits are a day's. */
		place->graph.limit = SIZE_MAX;
	}
	place = &pending->minutes[at];
	edges = place->graph.count;
	if (pending->limit > 0 && pending->edges >= pending->limit)
		place->graph.limit = edges;
	if (graph_add(&place->graph, slice) < 0)
		return -1;
	pending->edges += place->graph.count - edges;
	return 0;
}

void pending_clear(struct pending *pending)
{
	for (size_t i = 0; i < pending->count; i++)
		graph_free(&pending->minutes[i].graph);
	pending->count = 0;
	pending->edges = 0;
}

void pending_free(struct pending *pending)
{
	pending_clear(pending);
	free(pending->minutes);
	*pending = (struct pending){.limit = pending->limit};
}
