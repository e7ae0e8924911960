/* The input: one byte for the link type, one for the bytes on the wire that were not captured, then one
 * frame.
 *
 * The decoder must stay in the frame, its lengths must fit each other, and a packet that opened no
 * tunnel must be the same to the decoder that opens none. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "producers/flows/packet.h"

#define HEADER 2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool claim)
{
	if (!claim)
		abort();
}

static void check_packet(const struct packet *packet, const uint8_t *frame, size_t captured)
{
	require(packet->bytes <= packet->frame_bytes);
	require(packet->payload_captured <= packet->payload);
	require(packet->payload <= packet->bytes);
	require(packet->encapsulation.vlan_count <= ENCAPSULATION_VLANS_MAX);
	require(packet->inner < PACKET_VERDICTS);
	if (packet->payload_captured > 0)
		require(packet->payload_bytes >= frame &&
			packet->payload_bytes + packet->payload_captured <= frame + captured);
}

static void check_outer(const struct packet *inner, const struct packet *outer)
{
	require(outer->encapsulation.tunnel == TUNNEL_NONE);
	if (inner->encapsulation.tunnel != TUNNEL_NONE)
		return;
	require(memcmp(&inner->source, &outer->source, sizeof(inner->source)) == 0);
	require(memcmp(&inner->destination, &outer->destination, sizeof(inner->destination)) == 0);
	require(inner->protocol == outer->protocol && inner->bytes == outer->bytes);
	require(inner->source_port == outer->source_port);
	require(inner->destination_port == outer->destination_port);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packet inner = {.time = {1}}, outer = {.time = {1}};
	enum packet_link link;
	size_t captured, on_wire;
	uint8_t *frame;

	if (size < HEADER)
		return 0;
	link = data[0] % PACKET_LINKS;
	captured = size - HEADER;
	on_wire = captured + data[1];
	/* Memory that ends where the frame does, so that a read beyond it is detected. */
	frame = malloc(captured > 0 ? captured : 1);
	require(frame != NULL);
	memcpy(frame, data + HEADER, captured);
	if (packet_decode(link, frame, captured, on_wire, &inner) == PACKET_OK) {
		check_packet(&inner, frame, captured);
		require(packet_decode_outer(link, frame, captured, on_wire, &outer) == PACKET_OK);
		check_packet(&outer, frame, captured);
		check_outer(&inner, &outer);
	}
	free(frame);
	return 0;
}
