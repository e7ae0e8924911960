/* unpublished_pods.h - pods that may hold an address that no record shows yet. Pure.
 *
 * docs/answers.md section 6. Each row is one statement about one pod, visible from its opened
 * offset up to, but not at, its hidden offset; at any position at most one statement about a
 * pod is visible.
 *
 * In memory, 90 bytes each: one or two for each pod that was there since the horizon. The program
 * stops at UNPUBLISHED_PODS_MAX of them (4 GB).
 */
#ifndef TENURE_UNPUBLISHED_PODS_H
#define TENURE_UNPUBLISHED_PODS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"

#define UNPUBLISHED_PODS_MAX (UINT64_C(1) << 26)

struct unpublished_pod {
	uint64_t number; /* of its row; it rises */
	uint64_t holder; /* a hash of the pod's uid */
	bool machine;    /* it is a Node without InternalIP instead; it is not over while there */
	uint64_t opened_offset;
	uint64_t hidden_offset; /* OFFSET_NEVER until the next statement */
	uint64_t node;          /* a hash of the name of its node */
	bool released;          /* its kubelet reported it as finished at UNTIL */
	struct when from;
	struct when until;      /* WHEN_MAX while open */
	struct when held_known; /* not before `hold` before this either; WHEN_MIN for none */
};

struct unpublished_block;

/* Rows in the order of their opened offsets. */
struct unpublished_pods {
	struct unpublished_pod *rows;
	struct unpublished_block *blocks;
	size_t count, capacity, block_capacity;
	struct when horizon; /* pods that were over before it do not count */
};

struct unpublished_pods unpublished_pods_none(void);

/* -1 if out of memory, or if there are UNPUBLISHED_PODS_MAX already. */
int unpublished_pods_add(struct unpublished_pods *table, const struct unpublished_pod *row);
/* Hides the statement NUMBER from HIDDEN_OFFSET on. Returns it, or NULL if it is forgotten. */
const struct unpublished_pod *unpublished_pods_hide(struct unpublished_pods *table, uint64_t number,
						    uint64_t hidden_offset);
/* Whether no position from OFFSET on sees ROW, or its pod was over before the horizon. */
bool unpublished_pods_is_past(const struct unpublished_pods *table,
			      const struct unpublished_pod *row, uint64_t offset);
/* Removes those. */
void unpublished_pods_forget(struct unpublished_pods *table, uint64_t offset);
void unpublished_pods_free(struct unpublished_pods *table);

#define UNPUBLISHED_HOLDERS_MAX 8 /* of further ones the answer is less sure */

struct unpublished_question {
	bool machines;          /* ask for Nodes, by FROM and END alone */
	struct when start, end; /* of the flow */
	struct when settled;    /* a binding was certain then, and none later up to START */
	struct when next;       /* the first instant from END on at which one is certain */
	struct when known;      /* `known` as of POSITION */
	int64_t hold_ns, skew_ns;
	uint64_t position;
	/* The pod that is possible anyway, and its mirrors: they are ignored. */
	uint64_t holders[UNPUBLISHED_HOLDERS_MAX];
	size_t holder_count;
	/* Only pods of these nodes can have the address; of any if there are none. */
	const uint64_t *nodes;
	size_t node_count;
};

/* The first statement from number *NEXT on whose pod may hold the address in the flow, or
 * NULL. *NEXT becomes the number after it. */
const struct unpublished_pod *unpublished_pods_next(const struct unpublished_pods *table,
						    const struct unpublished_question *question,
						    size_t *next);
/* Whether some pod may hold the address in the flow. */
bool unpublished_pods_may_hold(const struct unpublished_pods *table,
			       const struct unpublished_question *question);

#endif
