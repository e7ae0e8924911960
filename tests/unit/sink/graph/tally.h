/* tally.h - what conversations count, for the tests of tenure-graph. */
#ifndef TENURE_TESTS_GRAPH_TALLY_H
#define TENURE_TESTS_GRAPH_TALLY_H

#include "sink/graph/conversation/conversations.h"

/* What was counted of some records, over all conversations. */
struct tally {
	uint64_t conversations, slices;
	uint64_t servers; /* of the counted slices, a bit for each */
	struct measures measures;
};

/* Adds FLOW to TABLE as a slice from node 0 to SERVER. */
void tally_add(struct conversations *table, const struct tagged_flow *flow, int32_t server);

/* Settles everything in TABLE and counts the slices with FROM <= end < TO. */
struct tally tally_window(struct conversations *table, struct when from, struct when to);
struct tally tally_all(struct conversations *table);

/* Adds the NUMBER flows of FLOWS in several orders, which must all have the same tally. The
 * flow at index I goes to server I. */
struct tally tally_in_any_order(const struct tagged_flow *flows, size_t number);

#endif
