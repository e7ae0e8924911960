#include "common/timeline/store/run_state.h"

#include "common/base/hash.h"

struct run_state run_state_none(void)
{
	return (struct run_state){.confirmed = WHEN_MIN, .latest = WHEN_MIN};
}

bool run_state_add(struct run_state *state, uint64_t number)
{
	if (number <= state->greatest)
		return false;
	if (number != state->greatest + 1 || state->began == 0) {
		state->began = number;
		state->confirmed = WHEN_MIN;
	}
	state->greatest = number;
	return true;
}

uint64_t run_state_sequence(const struct run_state *state, uint64_t run)
{
	uint64_t hash = hash_bytes(run, &state->began, sizeof(state->began));

	return hash != 0 ? hash : 1;
}

void run_state_write(struct text *value, const struct run_state *state)
{
	codec_add_u64(value, state->greatest);
	codec_add_u64(value, state->began);
	codec_add_when(value, state->confirmed);
	codec_add_when(value, state->latest);
}

bool run_state_read(struct span value, struct run_state *state)
{
	struct codec codec = codec_read(value);

	state->greatest = codec_u64(&codec);
	state->began = codec_u64(&codec);
	state->confirmed = codec_when(&codec);
	state->latest = codec_when(&codec);
	return codec_done(&codec);
}
