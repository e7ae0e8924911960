#include "sink/graph/listing.h"

#include <stdlib.h>

struct listing_entry {
	const struct node *node;
	int32_t index;
};

static int compare(const void *left, const void *right)
{
	const struct listing_entry *a = left, *b = right;

	return node_compare(a->node, b->node);
}

void listing_clear(struct listing *listing)
{
	free(listing->edges);
	free(listing->nodes);
	free(listing->places);
	*listing = (struct listing){0};
}

/* Marks the nodes of all edges in PLACES with 1. */
static void mark(const struct listing *listing, const struct view *view)
{
	for (size_t i = 0; i < view->graph->count; i++) {
		listing->places[listing->edges[i]->client] = 1;
		listing->places[listing->edges[i]->server] = 1;
	}
}

int listing_make(struct listing *listing, const struct view *view)
{
	size_t all = view->nodes->count;
	struct listing_entry *entries = calloc(all + 1, sizeof(*entries));

	*listing = (struct listing){
		.edges = graph_order(view->graph, view->nodes),
		.nodes = calloc(all + 1, sizeof(*listing->nodes)),
		.places = calloc(all + 1, sizeof(*listing->places)),
	};
	if (entries == NULL || listing->edges == NULL || !listing->nodes || !listing->places) {
		free(entries);
		listing_clear(listing);
		return -1;
	}
	mark(listing, view);
	for (size_t i = 0; i < all; i++) {
		if (listing->places[i] == 1)
			entries[listing->node_count++] =
				(struct listing_entry){&view->nodes->nodes[i], (int32_t)i};
	}
	qsort(entries, listing->node_count, sizeof(*entries), compare);
	for (size_t i = 0; i < listing->node_count; i++) {
		listing->nodes[i] = entries[i].index;
		listing->places[entries[i].index] = i;
	}
	free(entries);
	return 0;
}
