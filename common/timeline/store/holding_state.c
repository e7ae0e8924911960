#include "common/timeline/store/holding_state.h"

#include <stdlib.h>

#include "common/program/log.h"
#include "common/timeline/rules/offset.h"

void holding_state_free(struct holding_state *holding)
{
	free(holding->always);
	free(holding->held);
	free(holding->ports);
}

static void read_lists(struct codec *body, struct holding_state *holding, size_t always,
		       size_t held, size_t ports)
{
	for (; holding->always_count < always; holding->always_count++)
		holding->always[holding->always_count] = codec_ip(body);
	for (; holding->held_count < held; holding->held_count++) {
		struct held *one = &holding->held[holding->held_count];

		one->ip = codec_ip(body);
		one->shared = codec_u8(body) != 0;
		one->gateway = codec_u8(body) != 0;
		one->internal = codec_u8(body) != 0;
		one->epoch = codec_u64(body);
		one->first_received = codec_when(body);
		one->first_known = codec_when(body);
		one->lacked = codec_when(body);
	}
	for (; holding->port_count < ports; holding->port_count++) {
		struct open_port *one = &holding->ports[holding->port_count];

		one->port.protocol = codec_u8(body);
		one->port.port = (uint16_t)codec_u32(body);
		one->number = codec_u64(body);
	}
}

int holding_state_read(struct store *store, struct codec *body, size_t more,
		       struct holding_state *holding)
{
	bool fresh = body->left == 0;
	size_t held = fresh ? 0 : codec_u32(body);
	size_t ports = fresh ? 0 : codec_u32(body);
	size_t always = fresh ? 0 : codec_u32(body);

	*holding = (struct holding_state){
		.created = WHEN_MIN, .shown = WHEN_MIN, .unaddressed_number = OFFSET_NEVER};
	if (held > body->left || ports > body->left || always > body->left)
		return store_damaged(store, "the state of a node or a service");
	holding->always = calloc(always + more + 1, sizeof(*holding->always));
	holding->held = calloc(held + more + 1, sizeof(*holding->held));
	holding->ports = calloc(ports + more + 1, sizeof(*holding->ports));
	if (holding->always == NULL || holding->held == NULL || holding->ports == NULL) {
		log_error("timeline: out of memory for the state of a node or a service");
		return -1;
	}
	if (fresh)
		return 0;
	holding->seen = true;
	holding->created = codec_when(body);
	holding->shown = codec_when(body);
	holding->identity = codec_u64(body);
	holding->names = codec_u64(body);
	holding->places = codec_u64(body);
	holding->unaddressed_number = codec_u64(body);
	read_lists(body, holding, always, held, ports);
	return body->failed ? store_damaged(store, "the state of a node or a service") : 0;
}

void holding_state_add(struct text *next, const struct holding_state *holding)
{
	codec_add_u32(next, (uint32_t)holding->held_count);
	codec_add_u32(next, (uint32_t)holding->port_count);
	codec_add_u32(next, (uint32_t)holding->always_count);
	codec_add_when(next, holding->created);
	codec_add_when(next, holding->shown);
	codec_add_u64(next, holding->identity);
	codec_add_u64(next, holding->names);
	codec_add_u64(next, holding->places);
	codec_add_u64(next, holding->unaddressed_number);
	for (size_t a = 0; a < holding->always_count; a++)
		codec_add_ip(next, &holding->always[a]);
	for (size_t h = 0; h < holding->held_count; h++) {
		codec_add_ip(next, &holding->held[h].ip);
		codec_add_u8(next, holding->held[h].shared);
		codec_add_u8(next, holding->held[h].gateway);
		codec_add_u8(next, holding->held[h].internal);
		codec_add_u64(next, holding->held[h].epoch);
		codec_add_when(next, holding->held[h].first_received);
		codec_add_when(next, holding->held[h].first_known);
		codec_add_when(next, holding->held[h].lacked);
	}
	for (size_t p = 0; p < holding->port_count; p++) {
		codec_add_u8(next, holding->ports[p].port.protocol);
		codec_add_u32(next, holding->ports[p].port.port);
		codec_add_u64(next, holding->ports[p].number);
	}
}
