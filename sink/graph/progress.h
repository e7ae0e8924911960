/* progress.h - how far an input was read, and which of its records are not counted yet. Pure.
 *
 * (1) A record is counted if it is before NEXT of its partition and not held.
 * (2) As bytes, a partition takes a few and each held record one to three.
 */
#ifndef TENURE_PROGRESS_H
#define TENURE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/base/text.h"
#include "common/base/when.h"
#include "sink/graph/conversation/conversation_slice.h"
#include "sink/graph/input_mark.h"

struct progress_partition {
	int64_t next;       /* offset of the next record */
	struct when newest; /* event.end; WHEN_MIN for none */
	int64_t *held;      /* offsets below NEXT */
	size_t held_count, held_capacity;
};

struct progress_carried {
	struct conversation_place place;
	struct conversation_carry carry;
};

/* Zero-initialised. */
struct progress {
	struct progress_partition *partitions;
	size_t count, capacity;
	struct progress_carried *carried;
	size_t carried_count, carried_capacity;
	struct input_mark mark;   /* of a file */
	struct when unsure_until; /* see recorder.h; a zero progress has 1970 for none */
};

void progress_free(struct progress *progress);
/* Notes how far PARTITION was read. -1 if out of memory. */
int progress_set(struct progress *progress, int32_t partition, int64_t next, struct when newest);
/* Notes that the record at PLACE, of a partition that was set, is held, with CARRY unless it is NULL. -1 if
 * out of memory. */
int progress_hold(struct progress *progress, const struct conversation_place *place,
		  const struct conversation_carry *carry);
/* Puts all in order: needed before the following. */
void progress_sort(struct progress *progress);

bool progress_has_counted(const struct progress *progress, const struct conversation_place *place);
/* NULL if there is none. */
const struct conversation_carry *progress_carry(const struct progress *progress,
						const struct conversation_place *place);

/* Writes PROGRESS of the input at ADDRESS. */
void progress_write(const struct progress *progress, const char *address, struct text *out);
/* Reads BYTES into *PROGRESS, which is zero, and the address, borrowed, into *ADDRESS. -1 if they are no
 * progress, or out of memory; free it in any case. */
int progress_read(struct span bytes, struct progress *progress, struct span *address);

#endif
