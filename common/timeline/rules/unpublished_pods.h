/* unpublished_pods.h - pods that may hold an address that no record shows yet. Pure.
 *
 * docs/answers.md section 6. Each statement is about one pod, visible from its opened offset up
 * to, but not at, its hidden offset; at any position at most one statement about a pod is visible.
 */
#ifndef TENURE_UNPUBLISHED_PODS_H
#define TENURE_UNPUBLISHED_PODS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"

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
	struct when dead;       /* the sandbox that it had was gone; WHEN_MAX if none was */
	struct when held_known; /* not before `hold` before this either; WHEN_MIN for none */
};

/* Bounds of several statements, so that most of them need not be read. */
struct unpublished_bounds {
	uint32_t visible;     /* how many are not hidden */
	uint64_t last_hidden; /* the greatest hidden offset of the others; 0 for none */
	uint64_t first_opened;
	struct when first_from;
	struct when last_released; /* the latest UNTIL of those that were released */
	struct when last_until;    /* of the others */
};

/* Of no statement. */
struct unpublished_bounds unpublished_bounds_none(void);
bool unpublished_bounds_are_none(const struct unpublished_bounds *bounds);
void unpublished_bounds_add(struct unpublished_bounds *bounds, const struct unpublished_pod *row);
/* One of them was hidden at OFFSET. */
void unpublished_bounds_hide(struct unpublished_bounds *bounds, uint64_t offset);
/* Adds all that OTHER is of. */
void unpublished_bounds_join(struct unpublished_bounds *bounds,
			     const struct unpublished_bounds *other);
/* Whether no position from OFFSET on sees any of them, or all of their pods were over before
 * HORIZON. */
bool unpublished_bounds_are_past(const struct unpublished_bounds *bounds, struct when horizon,
				 uint64_t offset);

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
	uint64_t
		alone_node; /* where a recorded one is alone, so no other of this node is; 0: none */
};

/* Whether the pod of ROW may hold the address in the flow. Pods that were over before HORIZON do
 * not count. */
bool unpublished_pod_may_hold(const struct unpublished_pod *row, struct when horizon,
			      const struct unpublished_question *question);
/* Whether that can be so for one of the statements. */
bool unpublished_bounds_may_hold(const struct unpublished_bounds *bounds,
				 const struct unpublished_question *question);

#endif
