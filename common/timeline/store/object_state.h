/* object_state.h - the state of one Kubernetes object: a head, the same for every kind, then
 * a body for its kind (pod_state.h, holding_state.h, slice_state.h).
 */
#ifndef TENURE_OBJECT_STATE_H
#define TENURE_OBJECT_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/timeline/store/codec.h"

struct object_head {
	uint64_t revision; /* the greatest that was an integer, 0 for none */
	uint64_t seen_offset;
	bool absent;        /* from the last list */
	bool deleted;       /* by its last record */
	uint64_t spelled;   /* of a Node or a pod: a hash of what its last record spelled */
	struct when latest; /* received of its records and of the ends of lists without it */
	struct span namespace;
};

#define STATE_LIMIT (64u << 20) /* more than the state of the largest record of Kafka */

void object_head_add(struct text *value, const struct object_head *head);
/* Sets CODEC->failed if it does not decode. */
struct object_head object_head_read(struct codec *codec);

/* The body of an owner's state: a hash of its row, 0 for a new one. */
uint64_t owner_state_read(struct codec *body);
void owner_state_add(struct text *next, uint64_t hash);

#endif
