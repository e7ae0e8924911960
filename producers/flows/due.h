/* due.h - flows that are over, in the order in which they come out.
 *
 * They are added, sorted, and taken until none is left.
 */
#ifndef TENURE_FLOWS_DUE_H
#define TENURE_FLOWS_DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"

#define DUE_NONE UINT32_MAX

struct due_flow {
	struct when at;    /* when it was over */
	uint64_t sequence; /* the order of those that were over at once */
	uint32_t number;   /* of its entry */
};

/* Zero-initialised, but for FLOWS: room for all entries. */
struct due {
	size_t next;
	size_t count;
	struct due_flow *flows;
};

static inline void due_add(struct due *due, struct due_flow flow)
{
	due->flows[due->count++] = flow;
}

void due_sort(struct due *due);

/* Takes the first: its entry's number, DUE_NONE if none is left. *LATER is that of one which will
 * be taken soon. */
uint32_t due_take(struct due *due, uint32_t *later);

#endif
