#include "common/timeline/store/holding_state.h"

#include <stdlib.h>

void holding_state_free(struct holding_state *holding)
{
	free(holding->held);
	free(holding->ports);
}

int holding_state_read(struct codec *codec, size_t more, struct holding_state *holding)
{
	struct codec counts = *codec;
	bool fresh = codec->left == 0;
	size_t held = 0, ports = 0;

	*holding = (struct holding_state){.created = WHEN_MIN, .shown = WHEN_MIN};
	if (!fresh) {
		held = codec_u32(&counts);
		ports = codec_u32(&counts);
		if (held > counts.left || ports > counts.left) {
			codec->failed = true;
			return 0;
		}
	}
	holding->held = calloc(held + more + 1, sizeof(*holding->held));
	holding->ports = calloc(ports + more + 1, sizeof(*holding->ports));
	if (!holding->held || !holding->ports)
		return -1;
	if (fresh)
		return 0;
	*codec = counts;
	holding->created = codec_when(codec);
	holding->shown = codec_when(codec);
	holding->names = codec_u64(codec);
	holding->places = codec_u64(codec);
	for (; holding->held_count < held; holding->held_count++) {
		struct held *one = &holding->held[holding->held_count];

		one->ip = codec_ip(codec);
		one->epoch = codec_u64(codec);
		one->first_received = codec_when(codec);
	}
	for (; holding->port_count < ports; holding->port_count++) {
		struct open_port *one = &holding->ports[holding->port_count];

		one->port.protocol = codec_u8(codec);
		one->port.port = (uint16_t)codec_u32(codec);
		one->number = codec_u64(codec);
	}
	return 0;
}

void holding_state_add(struct text *next, const struct holding_state *holding)
{
	codec_add_u32(next, (uint32_t)holding->held_count);
	codec_add_u32(next, (uint32_t)holding->port_count);
	codec_add_when(next, holding->created);
	codec_add_when(next, holding->shown);
	codec_add_u64(next, holding->names);
	codec_add_u64(next, holding->places);
	for (size_t h = 0; h < holding->held_count; h++) {
		codec_add_ip(next, &holding->held[h].ip);
		codec_add_u64(next, holding->held[h].epoch);
		codec_add_when(next, holding->held[h].first_received);
	}
	for (size_t p = 0; p < holding->port_count; p++) {
		codec_add_u8(next, holding->ports[p].port.protocol);
		codec_add_u32(next, holding->ports[p].port.port);
		codec_add_u64(next, holding->ports[p].number);
	}
}
