/* unpublished_log.h - the unpublished pods of a cluster: what was stated of them, and when.
 *
 * In the store, a row for each statement ('u'), and one for each block ('j') with its bounds. A
 * block is UNPUBLISHED_BLOCK numbers; GAPs and nodePorts have numbers from the same row. In memory,
 * 48 bytes for each block, and once questions are asked UNPUBLISHED_CACHED_BLOCKS of them (12 MB).
 * Any other block is one seek away.
 *
 * (1) What is past is removed in whole blocks, so some of it stays; it does not count.
 */
#ifndef TENURE_UNPUBLISHED_LOG_H
#define TENURE_UNPUBLISHED_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "common/timeline/rules/unpublished_pods.h"
#include "common/timeline/store/store.h"

#define UNPUBLISHED_BLOCK 256
#define UNPUBLISHED_GROUP 256 /* blocks */
#define UNPUBLISHED_CACHED_BLOCKS 512

struct unpublished_block;

struct unpublished_log {
	uint32_t cluster;
	struct when horizon;
	uint64_t first;                    /* the block of BOUNDS[0], which begins a group */
	struct unpublished_bounds *bounds; /* of each block */
	struct unpublished_bounds *groups; /* of each UNPUBLISHED_GROUP of them */
	size_t count, capacity, group_capacity;
	struct unpublished_block *cache; /* NULL before the first question */
};

struct unpublished_log unpublished_log_none(uint32_t cluster);
void unpublished_log_free(struct unpublished_log *log);

/* All return -1 after logging. */

/* Reads the bounds of LOG->cluster into LOG, which is empty. */
int unpublished_log_load(struct unpublished_log *log, struct store *store);
/* Adds ROW, whose number and opened offset are the greatest so far. */
int unpublished_log_add(struct unpublished_log *log, struct store *store,
			const struct unpublished_pod *row);
/* Hides the statement NUMBER from OFFSET on, if it is not forgotten. */
int unpublished_log_hide(struct unpublished_log *log, struct store *store, uint64_t number,
			 uint64_t offset);
/* Removes the blocks that no position from OFFSET on sees, or that are before LOG->horizon. */
int unpublished_log_forget(struct unpublished_log *log, struct store *store, uint64_t offset);

/* Finds the first statement from number *NEXT on whose pod may hold the address in the flow. 1 with
 * *ROW, borrowed until the next call, and the number after it in *NEXT; 0 if there is none. */
int unpublished_log_next(struct unpublished_log *log, struct store *store,
			 const struct unpublished_question *question, uint64_t *next,
			 const struct unpublished_pod **row);
/* Whether there is one. */
int unpublished_log_may_hold(struct unpublished_log *log, struct store *store,
			     const struct unpublished_question *question);

#endif
