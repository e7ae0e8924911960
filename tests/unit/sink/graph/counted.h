/* graph_counted.h - what conversations count, for the tests of tenure-graph. Include
 * it behind cmocka.h. */
#ifndef TENURE_TESTS_GRAPH_COUNTED_H
#define TENURE_TESTS_GRAPH_COUNTED_H

#include "sink/graph/conversations.h"

/* What was counted of some records, over all conversations. */
struct counted {
	unsigned conversations, slices, flows;
	uint64_t bytes; /* of the sources */
	unsigned refused, unanswered, reset;
	unsigned servers; /* of the counted slices, a bit for each */
};

static inline void add(struct conversations *table, const struct tagged_flow *flow, int32_t server)
{
	struct conversation_slice *slice = conversation_slice_new(flow, 0, server);

	assert_non_null(slice);
	assert_int_equal(conversations_add(table, flow, slice), 0);
}

static inline void count_one(struct conversation *conversation, struct when from, struct when to,
			     struct counted *sum)
{
	conversation_choose(conversation, from, to);
	sum->conversations++;
	for (size_t i = 0; i < conversation->count; i++) {
		const struct conversation_slice *slice = conversation->slices[i];

		if (!slice->counted)
			continue;
		sum->slices++;
		sum->flows += slice->ends_flow;
		sum->bytes += slice->source_bytes;
		sum->servers |= 1u << slice->server;
		sum->refused += slice->error == CONVERSATION_REFUSED;
		sum->unanswered += slice->error == CONVERSATION_UNANSWERED;
		sum->reset += slice->error == CONVERSATION_RESET;
	}
}

static inline struct counted count_window(struct conversations *table, struct when from,
					  struct when to)
{
	struct counted sum = {0};
	struct conversation *conversation;

	conversations_settle(table, WHEN_MAX);
	assert_null(conversations_next(table, NULL));
	while ((conversation = conversations_next_settled(table))) {
		count_one(conversation, from, to, &sum);
		conversation_free(conversation);
	}
	return sum;
}

static inline struct counted count(struct conversations *table)
{
	return count_window(table, WHEN_MIN, WHEN_MAX);
}

/* Adds FLOWS in every one of some orders; the sums must be the same. Record I goes
 * to server I. */
static inline struct counted count_in_any_order(const struct tagged_flow *flows, size_t number)
{
	struct counted first = {0}, sum;

	for (size_t turn = 0; turn < number * 2; turn++) {
		struct conversations *table = conversations_new(100);

		for (size_t i = 0; i < number; i++) {
			size_t at = (turn < number ? i + turn : 2 * number - i - 1 + turn) % number;

			add(table, &flows[at], (int32_t)at);
		}
		sum = count(table);
		if (turn == 0)
			first = sum;
		assert_memory_equal(&sum, &first, sizeof(sum));
		conversations_free(table);
	}
	return first;
}

#endif
