#include "common/timeline/store/object_state.h"

void object_head_add(struct text *value, const struct object_head *head)
{
	codec_add_u64(value, head->revision);
	codec_add_u64(value, head->seen_offset);
	codec_add_u8(value, head->absent);
	codec_add_u8(value, head->deleted);
	codec_add_u64(value, head->spelled);
	codec_add_when(value, head->latest);
	codec_add_span(value, head->namespace);
}

struct object_head object_head_read(struct codec *codec)
{
	struct object_head head = {0};

	head.revision = codec_u64(codec);
	head.seen_offset = codec_u64(codec);
	head.absent = codec_u8(codec) != 0;
	head.deleted = codec_u8(codec) != 0;
	head.spelled = codec_u64(codec);
	head.latest = codec_when(codec);
	head.namespace = codec_span(codec);
	return head;
}

uint64_t owner_state_read(struct codec *body)
{
	return body->left > 0 ? codec_u64(body) : 0;
}

void owner_state_add(struct text *next, uint64_t hash)
{
	codec_add_u64(next, hash);
}
