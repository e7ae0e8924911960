/* unplaced.h - pods that may hold an address of which nothing tells yet.
 *
 * docs/answers.md section 6. Each row is one statement about one pod, visible at
 * the positions from its opened offset up to, and without, its hidden offset; at any
 * position at most one statement about a pod is visible.
 *
 * All of a cluster's statements are in memory, 64 bytes each: one or two for each pod
 * that the topic ever told of. UNPLACED_MAX of them (4 GB) is where the program stops.
 */
#ifndef TENURE_UNPLACED_H
#define TENURE_UNPLACED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/when.h"

#define UNPLACED_MAX (UINT64_C(1) << 26)

struct unplaced_row {
	uint64_t holder; /* a hash of the pod's uid */
	uint64_t opened_offset;
	uint64_t hidden_offset; /* OFFSET_NEVER until another statement follows */
	struct when from;
	struct when until; /* WHEN_MAX while it lasts */
};

struct unplaced_block;

/* Rows in the order of their opened offsets; a row's number is its index. */
struct unplaced_table {
	struct unplaced_row *rows;
	struct unplaced_block *blocks;
	size_t count, capacity;
};

/* -1 when there is no memory, or no room. */
int unplaced_add(struct unplaced_table *table, const struct unplaced_row *row);
void unplaced_hide(struct unplaced_table *table, size_t number, uint64_t hidden_offset);
void unplaced_free(struct unplaced_table *table);

struct unplaced_question {
	struct when start, end; /* of the flow */
	int64_t skew_ns;
	uint64_t position;
	uint64_t holder; /* the pod that does not count: the one that is possible anyway */
	bool excluded;   /* a certain binding excludes pods that are unplaced still */
};

/* Some pod may hold the address in the flow. */
bool unplaced_may_hold(const struct unplaced_table *table,
		       const struct unplaced_question *question);

#endif
