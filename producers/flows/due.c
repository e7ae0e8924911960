#include "producers/flows/due.h"

#include <stdlib.h>

#define AHEAD 8

static int compare(const void *a, const void *b)
{
	const struct due_flow *x = a, *y = b;

	if (x->at.ns != y->at.ns)
		return when_before(x->at, y->at) ? -1 : 1;
	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

void due_sort(struct due *due)
{
	if (due->count > 1)
		qsort(due->flows, due->count, sizeof(*due->flows), compare);
}

uint32_t due_take(struct due *due, uint32_t *later)
{
	size_t ahead = due->next + AHEAD;

	if (due->next == due->count) {
		due->next = due->count = 0;
		return DUE_NONE;
	}
	*later = due->flows[ahead < due->count ? ahead : due->count - 1].number;
	return due->flows[due->next++].number;
}
