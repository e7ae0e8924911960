#include "common/timeline/store/interface_state.h"

struct interface_state interface_state_none(void)
{
	return (struct interface_state){.since = WHEN_MIN, .until = WHEN_MAX, .appeared = WHEN_MAX};
}

size_t interface_family(const struct ip *ip)
{
	return ip_is_v4(ip) ? 0 : 1;
}

void interface_state_add(struct interface_state *state, const struct interface_address *address)
{
	struct interface_address *own = &state->addresses[interface_family(&address->ip)];

	if (!own->there) {
		*own = *address;
		return;
	}
	if (ip_compare(&own->ip, &address->ip) != 0) {
		state->several = true;
		return;
	}
	own->first = when_earlier(own->first, address->first);
	own->last = when_later(own->last, address->last);
	own->alone_since = when_earlier(own->alone_since, address->alone_since);
	own->alone_until = when_later(own->alone_until, address->alone_until);
}

struct interface_span interface_state_span(const struct interface_state *state, size_t family)
{
	const struct interface_address *address = &state->addresses[family];
	bool late = when_before(address->first, state->since);
	bool early = when_before(state->until, address->last);
	struct when any_first = address->first, any_last = address->last;

	for (size_t f = 0; f < INTERFACE_FAMILIES; f++) {
		if (!state->addresses[f].there)
			continue;
		any_first = when_earlier(any_first, state->addresses[f].first);
		any_last = when_later(any_last, state->addresses[f].last);
	}
	return (struct interface_span){
		.first = address->first,
		.last = address->last,
		.any_first = any_first,
		.any_last = any_last,
		/* A clock that was set back in between says nothing. */
		.since = late ? WHEN_MIN : state->since,
		.until = early ? WHEN_MAX : state->until,
		.appeared = state->appeared,
		.alone_since = address->alone_since,
		.alone_until = address->alone_until,
		.sequence = address->sequence,
		.several = state->several,
	};
}

void interface_state_write(struct text *value, const struct interface_state *state)
{
	codec_add_when(value, state->since);
	codec_add_when(value, state->until);
	codec_add_when(value, state->appeared);
	codec_add_u8(value, state->several);
	codec_add_u8(value, state->contradicted);
	for (size_t f = 0; f < INTERFACE_FAMILIES; f++) {
		codec_add_u8(value, state->addresses[f].there);
		codec_add_ip(value, &state->addresses[f].ip);
		codec_add_when(value, state->addresses[f].first);
		codec_add_when(value, state->addresses[f].last);
		codec_add_when(value, state->addresses[f].alone_since);
		codec_add_when(value, state->addresses[f].alone_until);
		codec_add_u64(value, state->addresses[f].sequence);
	}
}

bool interface_state_read(struct span value, struct interface_state *state)
{
	struct codec codec = codec_read(value);

	state->since = codec_when(&codec);
	state->until = codec_when(&codec);
	state->appeared = codec_when(&codec);
	state->several = codec_u8(&codec) != 0;
	state->contradicted = (uint8_t)codec_u8(&codec);
	for (size_t f = 0; f < INTERFACE_FAMILIES; f++) {
		state->addresses[f].there = codec_u8(&codec) != 0;
		state->addresses[f].ip = codec_ip(&codec);
		state->addresses[f].first = codec_when(&codec);
		state->addresses[f].last = codec_when(&codec);
		state->addresses[f].alone_since = codec_when(&codec);
		state->addresses[f].alone_until = codec_when(&codec);
		state->addresses[f].sequence = codec_u64(&codec);
	}
	return codec_done(&codec);
}
