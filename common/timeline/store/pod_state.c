#include "common/timeline/store/pod_state.h"

#include "common/timeline/rules/offset.h"

struct pod_state pod_state_read(struct codec *codec)
{
	struct pod_state state = {.fold = pod_fold_none(), .unpublished_number = OFFSET_NEVER};
	size_t count;

	if (codec->left == 0)
		return state;
	state.fold = codec_fold(codec);
	state.unpublished_number = codec_u64(codec);
	state.names = codec_u64(codec);
	state.addresses = codec_u64(codec);
	for (size_t a = 0; a < POD_ANNOTATIONS_MAX; a++)
		state.stale[a] = codec_u64(codec);
	count = codec_u8(codec);
	if (count > EPOCH_ADDRESSES_MAX)
		codec->failed = true;
	for (; state.secondary.count < count && !codec->failed; state.secondary.count++) {
		struct secondary *one = &state.secondary.list[state.secondary.count];

		one->ip = codec_ip(codec);
		one->number = codec_u64(codec);
		one->first_received = codec_when(codec);
		one->first_known = codec_when(codec);
	}
	return state;
}

void pod_state_add(struct text *next, const struct pod_state *state)
{
	codec_add_fold(next, &state->fold);
	codec_add_u64(next, state->unpublished_number);
	codec_add_u64(next, state->names);
	codec_add_u64(next, state->addresses);
	for (size_t a = 0; a < POD_ANNOTATIONS_MAX; a++)
		codec_add_u64(next, state->stale[a]);
	codec_add_u8(next, (unsigned)state->secondary.count);
	for (size_t s = 0; s < state->secondary.count; s++) {
		const struct secondary *one = &state->secondary.list[s];

		codec_add_ip(next, &one->ip);
		codec_add_u64(next, one->number);
		codec_add_when(next, one->first_received);
		codec_add_when(next, one->first_known);
	}
}
