/* pod_state.h - the body of a pod's state. */
#ifndef TENURE_POD_STATE_H
#define TENURE_POD_STATE_H

#include <stdint.h>

#include "common/timeline/rules/secondary.h"
#include "common/timeline/store/codec.h"

struct pod_state {
	struct pod_fold fold;
	uint64_t unpublished_number; /* OFFSET_NEVER if none is visible */
	uint64_t names;              /* a hash of them */
	uint64_t addresses;          /* a hash of those that its last record showed */
	/* Hashes of the annotations with addresses that it had before it was started; 0 for none. */
	uint64_t stale[POD_ANNOTATIONS_MAX];
	struct secondaries secondary; /* of the epoch */
};

/* The state of a new pod if nothing is left of CODEC. */
struct pod_state pod_state_read(struct codec *codec);
void pod_state_add(struct text *next, const struct pod_state *state);

#endif
