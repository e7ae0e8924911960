#include "common/timeline/store/slice_state.h"

#include <stdlib.h>

#include "common/program/log.h"

struct slice_listing slice_listing_read(struct codec *body)
{
	struct slice_listing listing = {0};

	if (body->left == 0)
		return listing;
	listing.hash = codec_u64(body);
	listing.refused = codec_u64(body);
	return listing;
}

void slice_listing_add(struct text *next, const struct slice_listing *listing)
{
	codec_add_u64(next, listing->hash);
	codec_add_u64(next, listing->refused);
}

int slice_state_read(struct store *store, struct codec *body, struct slice_state *slice)
{
	size_t count;

	*slice = (struct slice_state){0};
	if (body->left == 0)
		return 0;
	slice->service = codec_span(body);
	slice->ports = codec_span(body);
	count = codec_u32(body);
	if (count > body->left)
		return store_damaged(store, "the state of a slice");
	slice->members = calloc(count + 1, sizeof(*slice->members));
	if (slice->members == NULL) {
		log_error("timeline: out of memory for a slice");
		return -1;
	}
	for (; slice->count < count; slice->count++) {
		struct slice_member *member = &slice->members[slice->count];

		member->ip = codec_ip(body);
		member->uid = codec_span(body);
		member->hostname = codec_span(body);
		member->opening = codec_when(body);
		member->opened_offset = codec_u64(body);
		member->number = codec_u32(body);
	}
	return body->failed ? store_damaged(store, "the state of a slice") : 0;
}

void slice_state_add(struct text *next, const struct slice_state *slice)
{
	codec_add_span(next, slice->service);
	codec_add_span(next, slice->ports);
	codec_add_u32(next, (uint32_t)slice->count);
	for (size_t m = 0; m < slice->count; m++) {
		codec_add_ip(next, &slice->members[m].ip);
		codec_add_span(next, slice->members[m].uid);
		codec_add_span(next, slice->members[m].hostname);
		codec_add_when(next, slice->members[m].opening);
		codec_add_u64(next, slice->members[m].opened_offset);
		codec_add_u32(next, slice->members[m].number);
	}
}

void slice_state_free(struct slice_state *slice)
{
	free(slice->members);
}
