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
#define DUE_NUMBER_BITS 24 /* of an entry's number */

struct due_flow {
	struct when at; /* when it was over */
	/* The low 40 bits of its sequence, which order those that were over at once, and its entry's
	 * number. */
	uint64_t sequence_and_number;
};

/* Zero-initialised, but for FLOWS: room for all entries. */
struct due {
	size_t next;
	size_t count;
	struct due_flow *flows;
};

static inline void due_add(struct due *due, struct when at, uint64_t sequence, uint32_t number)
{
	due->flows[due->count++] = (struct due_flow){at, sequence << DUE_NUMBER_BITS | number};
}

/* In place, and without memory of its own. */
void due_sort(struct due *due);

/* Takes the first: its entry's number, DUE_NONE if none is left. */
uint32_t due_take(struct due *due);
/* That of the flow that comes out after COUNT others, DUE_NONE if there are fewer. */
uint32_t due_after(const struct due *due, size_t count);

#endif
