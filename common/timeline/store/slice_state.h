/* slice_state.h - the state of an EndpointSlice: a body, and a row of its own with the members, which is
 * not read while they stay the same. The body of a service ends with such a row. */
#ifndef TENURE_SLICE_STATE_H
#define TENURE_SLICE_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/span.h"
#include "common/base/when.h"
#include "common/timeline/store/codec.h"
#include "common/timeline/store/store.h"

struct slice_member {
	struct ip ip;
	struct span uid, hostname; /* borrowed from the old row or from the object */
	struct when opening;
	uint64_t opened_offset;
	uint32_t number; /* among those that one record opened */
};

struct slice_state {
	struct span service, ports;
	struct slice_member *members;
	size_t count;
};

/* The body: what the last record listed. Zero for a new object. */
struct slice_listing {
	uint64_t hash;    /* of all that members follow from; 0 for none */
	uint64_t refused; /* texts in it that are not addresses */
};
struct slice_listing slice_listing_read(struct codec *body);
void slice_listing_add(struct text *next, const struct slice_listing *listing);

/* Reads the members, without any for a new object; its spans are borrowed from the row.
 * The caller frees it in any case. -1 after logging. */
int slice_state_read(struct store *store, struct codec *body, struct slice_state *slice);
void slice_state_add(struct text *next, const struct slice_state *slice);
void slice_state_free(struct slice_state *slice);

#endif
