/* The input: one byte for the link type, one for how many bytes were not captured, then one frame.
 *
 * A frame whose outermost packet can be read gives a packet, whatever is in its tunnels. Without a
 * tunnel both are the same. Lengths stay within the frame. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "producers/flows/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool claim)
{
	if (!claim)
		abort();
}

static void check(const struct packet *packet, const uint8_t *bytes, size_t captured)
{
	const struct encapsulation *encapsulation = &packet->encapsulation;

	require(packet->bytes <= packet->frame_bytes);
	require(packet->payload <= packet->bytes);
	require(packet->payload_captured <= packet->payload);
	if (packet->payload_captured > 0)
		require(packet->payload_bytes >= bytes &&
			packet->payload_bytes + packet->payload_captured <= bytes + captured);
	require(encapsulation->vlan_count <= ENCAPSULATION_VLANS_MAX);
	require(encapsulation->tunnel < TUNNELS && packet->inner < PACKET_VERDICTS);
	for (unsigned i = 0; i < encapsulation->vlan_count; i++)
		require(encapsulation->vlans[i] > 0 && encapsulation->vlans[i] < 4096);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packet inner = {0}, outer = {0};
	enum packet_verdict verdict;
	enum packet_link link;
	size_t captured, on_wire;
	uint8_t *bytes;

	if (size < 2)
		return 0;
	link = data[0] % PACKET_LINKS;
	captured = size - 2;
	on_wire = captured + data[1];
	/* Memory that ends where the frame does, so that a read beyond it is detected. */
	bytes = malloc(captured > 0 ? captured : 1);
	require(bytes != NULL);
	memcpy(bytes, data + 2, captured);
	verdict = packet_decode(link, bytes, captured, on_wire, &inner);
	require(packet_decode_outer(link, bytes, captured, on_wire, &outer) == verdict);
	if (verdict == PACKET_OK) {
		check(&inner, bytes, captured);
		check(&outer, bytes, captured);
		require(outer.encapsulation.tunnel == TUNNEL_NONE);
		require(inner.encapsulation.tunnel != TUNNEL_NONE ||
			memcmp(&inner.source, &outer.source, sizeof(inner.source)) == 0);
	}
	free(bytes);
	return 0;
}
