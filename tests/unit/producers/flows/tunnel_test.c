#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "producers/flows/packet.h"
#include "tests/unit/producers/flows/frames.h"

/* Each is an outer IPv4 packet of PROTOCOL with HEAD and then an inner one. */
static const struct {
	enum tunnel tunnel;
	uint8_t protocol;
	uint8_t head[40];
	size_t length;
	uint32_t id;
} tunnels[] = {
	{TUNNEL_IPIP, 4, {0}, 0, 0},
	{TUNNEL_GRE, 47, {0, 0, 8, 0}, 4, 0},
	{TUNNEL_GRE, 47, {0xb0, 0, 8, 0, 1, 2, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1}, 16, 9},
	{TUNNEL_GRE, 47, {0, 0, 0x88, 0x47, 0, 1, 1, 64}, 8, 0},
	{TUNNEL_GRE, 47, {0x30, 1, 0x88, 0x0b, 0, 36, 0, 1, 0, 0, 0, 1, 0xff, 3, 0, 0x21}, 16, 0},
	{TUNNEL_MPLS, 137, {0, 1, 1, 64}, 4, 0},
	{TUNNEL_VXLAN, 17, {0x9c, 0x40, 0x12, 0xb6, 0, 0, 0, 0, 0x0c, 0, 0, 1, 0, 0, 7, 0}, 16, 7},
	{TUNNEL_GENEVE,
	 17,
	 {0x9c, 0x40, 0x17, 0xc1, 0, 0, 0, 0, 1, 0, 8, 0, 0, 1, 0, 0, 1, 2, 3, 4},
	 20,
	 256},
	{TUNNEL_GTP, 17, {8, 0x68, 8, 0x68, 0, 0, 0, 0, 0x30, 0xff, 0, 0, 0, 0, 0, 1}, 16, 0},
	{TUNNEL_GTP,
	 17,
	 {8, 0x68, 8, 0x68, 0, 0, 0, 0, 0x34, 0xff, 0, 0, 0, 0,
	  0, 1,    0, 0,    0, 5, 1, 0, 0,    6,    1, 0, 0, 0},
	 28,
	 0},
};

static void add_tunnel(struct frame *frame, size_t number)
{
	size_t length = tunnels[number].length;

	frame_add_ipv4(frame, tunnels[number].protocol, (uint16_t)(20 + length + 32), 0);
	frame_add(frame, tunnels[number].head, length);
	frame_add_ipv4(frame, TRANSPORT_UDP, 32, 0);
	frame->bytes[frame->length - 1] = 9; /* to 10.0.0.9 */
	frame_add_udp(frame, 4);
}

static void tunnels_are_opened(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tunnels) / sizeof(tunnels[0]); i++) {
		struct frame frame = {0};
		struct packet packet;

		add_tunnel(&frame, i);
		assert_int_equal(frame_decode(PACKET_RAW, &frame, &packet), PACKET_OK);
		assert_int_equal(packet.inner, PACKET_OK);
		assert_int_equal(packet.encapsulation.tunnel, tunnels[i].tunnel);
		assert_int_equal(packet.encapsulation.has_id, tunnels[i].id != 0);
		assert_int_equal(packet.encapsulation.id, tunnels[i].id);
		assert_int_equal(packet.encapsulation.ends[1].bytes[15], 2);
		assert_int_equal(packet.destination.bytes[15], 9);
		assert_int_equal(packet.destination_port, 53);
		assert_int_equal(packet.bytes, 32);
		assert_int_equal(packet.frame_bytes, frame.length);
		assert_int_equal(packet_decode_outer(PACKET_RAW, frame.bytes, frame.length,
						     frame.length, &packet),
				 PACKET_OK);
		assert_int_equal(packet.encapsulation.tunnel, TUNNEL_NONE);
		assert_int_equal(packet.destination.bytes[15], 2);
	}
}

static void a_tunnel_cut_anywhere_is_the_outer_packet(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tunnels) / sizeof(tunnels[0]); i++) {
		struct frame frame = {0};
		struct packet packet;

		add_tunnel(&frame, i);
		for (size_t cut = 24; cut < 20 + tunnels[i].length + 24; cut++) {
			assert_int_equal(frame_decode_cut(PACKET_RAW, &frame, cut, &packet),
					 PACKET_OK);
			assert_int_not_equal(packet.inner, PACKET_OK);
			assert_int_equal(packet.encapsulation.tunnel, TUNNEL_NONE);
			assert_int_equal(packet.destination.bytes[15], 2);
			assert_int_equal(packet.bytes, frame.length);
		}
	}
}

static void tunnels_are_opened_four_deep(void **state)
{
	struct packet packet;

	(void)state;
	for (unsigned depth = 1; depth < 8; depth++) {
		struct frame frame = {0};

		for (unsigned i = 0; i < depth; i++)
			frame_add_ipv4(&frame, 4, (uint16_t)((depth - i) * 20 + 32), 0);
		frame_add_ipv4(&frame, TRANSPORT_UDP, 32, 0);
		frame_add_udp(&frame, 4);
		assert_int_equal(frame_decode(PACKET_RAW, &frame, &packet), PACKET_OK);
		assert_int_equal(packet.inner,
				 depth <= PACKET_TUNNELS_MAX ? PACKET_OK : PACKET_TOO_DEEP);
		assert_int_equal(packet.protocol, depth <= PACKET_TUNNELS_MAX ? TRANSPORT_UDP : 4);
	}
}

static void endless_tags_and_labels_are_given_up(void **state)
{
	struct frame tags = {0}, labels = {0};
	struct packet packet;

	(void)state;
	frame_add_ethernet(&tags, 0x8100);
	frame_add_ethernet(&labels, 0x8847);
	for (unsigned i = 0; i < 200; i++) {
		FRAME_ADD(&tags, 0, 1, 0x81, 0);
		FRAME_ADD(&labels, 0, 1, 0, 64);
	}
	assert_int_equal(frame_decode(PACKET_ETHERNET, &tags, &packet), PACKET_TOO_DEEP);
	assert_int_equal(frame_decode(PACKET_ETHERNET, &labels, &packet), PACKET_TOO_DEEP);
}

/* RFC 8754: the address in use is at the place that the segments left say. */
static void a_packet_with_segments_left_goes_to_the_last(void **state)
{
	(void)state;
	for (uint8_t left = 0; left < 3; left++) {
		struct frame frame = {0};
		struct packet packet;

		frame_add_ipv6(&frame, 43, 8 + 32 + 12);
		FRAME_ADD(&frame, TRANSPORT_UDP, 4, 4, left, 1, 0, 0, 0);
		FRAME_ADD(&frame, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9);
		FRAME_ADD(&frame, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2);
		frame_add_udp(&frame, 4);
		assert_int_equal(frame_decode(PACKET_RAW, &frame, &packet), PACKET_OK);
		assert_int_equal(packet.destination.bytes[15], left == 1 ? 9 : 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tunnels_are_opened),
		cmocka_unit_test(a_tunnel_cut_anywhere_is_the_outer_packet),
		cmocka_unit_test(tunnels_are_opened_four_deep),
		cmocka_unit_test(endless_tags_and_labels_are_given_up),
		cmocka_unit_test(a_packet_with_segments_left_goes_to_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
