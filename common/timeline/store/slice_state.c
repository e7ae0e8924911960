#include "common/timeline/store/slice_state.h"

#include <stdlib.h>

int slice_state_read(struct codec *codec, struct slice_state *body)
{
	size_t count;

	*body = (struct slice_state){0};
	if (codec->left == 0)
		return 0;
	body->service = codec_span(codec);
	body->ports = codec_span(codec);
	count = codec_u32(codec);
	if (count > codec->left) {
		codec->failed = true;
		return 0;
	}
	body->members = calloc(count + 1, sizeof(*body->members));
	if (body->members == NULL)
		return -1;
	for (; body->count < count; body->count++) {
		struct slice_member *member = &body->members[body->count];

		member->ip = codec_ip(codec);
		member->uid = codec_span(codec);
		member->opening = codec_when(codec);
		member->opened_offset = codec_u64(codec);
		member->number = codec_u32(codec);
	}
	return 0;
}

void slice_state_add(struct text *next, const struct slice_state *body)
{
	codec_add_span(next, body->service);
	codec_add_span(next, body->ports);
	codec_add_u32(next, (uint32_t)body->count);
	for (size_t m = 0; m < body->count; m++) {
		codec_add_ip(next, &body->members[m].ip);
		codec_add_span(next, body->members[m].uid);
		codec_add_when(next, body->members[m].opening);
		codec_add_u64(next, body->members[m].opened_offset);
		codec_add_u32(next, body->members[m].number);
	}
}

void slice_state_free(struct slice_state *body)
{
	free(body->members);
}
