#include "sink/observe/in_order.h"

#include <stdlib.h>

#include "common/base/array.h"

static bool before(const struct flow_line *a, const struct flow_line *b)
{
	return when_before(a->time, b->time) ||
	       (when_not_after(a->time, b->time) && a->number < b->number);
}

static size_t size_of(const struct flow_line *line)
{
	return sizeof(*line) + line->length;
}

static void swap(struct flow_line **a, struct flow_line **b)
{
	struct flow_line *line = *a;

	*a = *b;
	*b = line;
}

int in_order_add(struct in_order *order, struct flow_line *line)
{
	struct flow_line **lines;
	size_t at = order->count;

	if (array_grow(&order->lines, &order->capacity, at + 1, sizeof(line)) < 0) {
		free(line);
		return -1;
	}
	lines = order->lines;
	line->number = order->added++;
	lines[order->count++] = line;
	order->bytes += size_of(line);
	for (; at > 0 && before(lines[at], lines[(at - 1) / 2]); at = (at - 1) / 2)
		swap(&lines[at], &lines[(at - 1) / 2]);
	return 0;
}

bool in_order_is_full(const struct in_order *order)
{
	return order->count > order->most || (order->count > 1 && order->bytes > IN_ORDER_BYTES);
}

struct flow_line *in_order_take(struct in_order *order)
{
	struct flow_line *first;
	size_t at = 0;

	if (order->count == 0)
		return NULL;
	first = order->lines[0];
	order->lines[0] = order->lines[--order->count];
	order->bytes -= size_of(first);
	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < order->count &&
		    before(order->lines[child + 1], order->lines[child]))
			child++;
		if (child >= order->count || !before(order->lines[child], order->lines[at]))
			return first;
		swap(&order->lines[child], &order->lines[at]);
		at = child;
	}
}

void in_order_free(struct in_order *order)
{
	for (size_t i = 0; i < order->count; i++)
		free(order->lines[i]);
	free(order->lines);
	*order = (struct in_order){0};
}
