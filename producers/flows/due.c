#include "producers/flows/due.h"

#include <stdbool.h>

static bool is_before(const struct due_flow *a, const struct due_flow *b)
{
	if (a->at.ns != b->at.ns)
		return when_before(a->at, b->at);
	return a->sequence_and_number < b->sequence_and_number;
}

/* Sorts each row of the flows that are GAP apart, by insertion. */
static void sort_rows(struct due *due, size_t gap)
{
	struct due_flow *flows = due->flows;

	for (size_t i = gap; i < due->count; i++) {
		struct due_flow flow = flows[i];
		size_t at = i;

		for (; at >= gap && is_before(&flow, &flows[at - gap]); at -= gap)
			flows[at] = flows[at - gap];
		flows[at] = flow;
	}
}

/* Shell's sort; the gaps are about those of Tokuda, 9/4 apart. */
void due_sort(struct due *due)
{
	size_t gap = 1;

	while (gap < due->count / 3)
		gap = gap * 9 / 4 + 1;
	for (; gap > 1; gap = (gap - 1) * 4 / 9)
		sort_rows(due, gap);
	sort_rows(due, 1);
}

uint32_t due_take(struct due *due)
{
	uint32_t number = due_after(due, 0);

	if (number != DUE_NONE)
		due->next++;
	else
		due->next = due->count = 0;
	return number;
}

uint32_t due_after(const struct due *due, size_t count)
{
	if (count >= due->count - due->next)
		return DUE_NONE;
	return due->flows[due->next + count].sequence_and_number &
	       ((UINT32_C(1) << DUE_NUMBER_BITS) - 1);
}
