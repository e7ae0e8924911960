#include "tests/unit/sink/graph/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void tally_add(struct conversations *table, const struct tagged_flow *flow, int32_t server)
{
	struct conversation_slice *slice = conversation_slice_new(flow, 0, server);

	assert_non_null(slice);
	assert_int_equal(conversations_add(table, flow, slice), 0);
}

struct tally tally_window(struct conversations *table, struct when from, struct when to)
{
	struct tally sum = {0};
	struct conversation *conversation;

	conversations_settle(table, WHEN_MAX);
	assert_null(conversations_next(table, NULL));
	while ((conversation = conversations_next_settled(table)) != NULL) {
		conversation_choose(conversation, from, to);
		sum.conversations++;
		for (size_t i = 0; i < conversation->count; i++) {
			const struct conversation_slice *slice = conversation->slices[i];

			if (!slice->counted)
				continue;
			sum.slices++;
			sum.servers |= UINT64_C(1) << slice->server;
			measures_add(&sum.measures, &slice->measures);
		}
		conversation_free(conversation);
	}
	return sum;
}

struct tally tally_all(struct conversations *table)
{
	return tally_window(table, WHEN_MIN, WHEN_MAX);
}

struct tally tally_in_any_order(const struct tagged_flow *flows, size_t number)
{
	struct tally first = {0}, sum;

	for (size_t turn = 0; turn < number * 2; turn++) {
		struct conversations *table = conversations_new(100);

		for (size_t i = 0; i < number; i++) {
			size_t at = (turn < number ? i + turn : 2 * number - i - 1 + turn) % number;

			tally_add(table, &flows[at], (int32_t)at);
		}
		sum = tally_all(table);
		if (turn == 0)
			first = sum;
		assert_memory_equal(&sum, &first, sizeof(sum));
		conversations_free(table);
	}
	return first;
}
