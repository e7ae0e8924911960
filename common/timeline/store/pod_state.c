#include "common/timeline/store/pod_state.h"

#include "common/timeline/rules/offset.h"

struct pod_state pod_state_read(struct codec *codec)
{
	struct pod_state state = {pod_fold_none(), OFFSET_NEVER, 0, 0};

	if (codec->left == 0)
		return state;
	state.fold = codec_fold(codec);
	state.unpublished_number = codec_u64(codec);
	state.names = codec_u64(codec);
	state.addresses = codec_u64(codec);
	return state;
}

void pod_state_add(struct text *next, const struct pod_state *state)
{
	codec_add_fold(next, &state->fold);
	codec_add_u64(next, state->unpublished_number);
	codec_add_u64(next, state->names);
	codec_add_u64(next, state->addresses);
}
