/* in_order.h - holds lines until their order is known. Pure.
 *
 * A topic's partitions, and a file that several meters wrote, are not in order of time.
 *
 * (1) At most MOST lines, and IN_ORDER_BYTES, are held. When there are more, the earliest goes.
 * (2) Lines of one time stay in order of arrival.
 */
#ifndef TENURE_IN_ORDER_H
#define TENURE_IN_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "sink/observe/flow_line.h"

#define IN_ORDER_BYTES ((size_t)256 * 1024 * 1024)

/* Zero at first, but for MOST. */
struct in_order {
	size_t most;
	struct flow_line **lines; /* a heap: the parent of I is (I - 1) / 2, and not later */
	size_t count, capacity;
	size_t bytes;
	uint64_t added;
};

/* Takes LINE. -1 if out of memory; LINE is then freed. */
int in_order_add(struct in_order *order, struct flow_line *line);
/* Whether there are more than may be held (1). */
bool in_order_is_full(const struct in_order *order);
/* Removes and returns the earliest; NULL if there is none. The caller frees it. */
struct flow_line *in_order_take(struct in_order *order);
void in_order_free(struct in_order *order);

#endif
