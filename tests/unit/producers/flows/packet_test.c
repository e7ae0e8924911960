#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "producers/flows/flow.h"
#include "producers/flows/packet.h"
#include "tests/unit/producers/flows/frames.h"

static void reads_the_mss_of_a_syn(void **state)
{
	static const struct {
		uint8_t options[8];
		uint16_t mss;
	} cases[] = {
		{{2, 4, 5, 180, 1, 1, 1, 0}, 1460}, {{1, 1, 2, 4, 2, 24, 0, 0}, 536},
		{{3, 3, 7, 2, 4, 5, 180, 0}, 1460}, {{0, 2, 4, 5, 180, 0, 0, 0}, 0},
		{{8, 0, 2, 4, 5, 180, 0, 0}, 0},    {{1, 1, 1, 1, 1, 2, 4, 5}, 0},
		{{3, 255, 2, 4, 5, 180, 0, 0}, 0},  {{2, 3, 5, 2, 4, 5, 180, 0}, 1460},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame frame = {0};
		struct packet packet;

		frame_add_ethernet(&frame, 0x0800);
		frame_add_ipv4(&frame, TRANSPORT_TCP, 48, 0);
		frame_add_tcp(&frame, TCP_SYN, 0);
		frame.bytes[frame.length - 8] = 0x70;
		memcpy(frame.bytes + frame.length, cases[i].options, 8);
		frame.length += 8;
		assert_int_equal(frame_decode(PACKET_ETHERNET, &frame, &packet), PACKET_OK);
		assert_int_equal(packet.mss, cases[i].mss);
		assert_int_equal(packet.window, 0xffff);
		for (size_t captured = frame.length; captured >= frame.length - 8; captured--)
			assert_int_equal(
				frame_decode_cut(PACKET_ETHERNET, &frame, captured, &packet),
				PACKET_OK);
	}
}

static void reads_tcp_over_ethernet(void **state)
{
	struct frame frame = {0};
	struct packet packet;
	char text[IP_TEXT_SIZE];

	(void)state;
	frame_add_ethernet(&frame, 0x0800);
	frame_add_ipv4(&frame, TRANSPORT_TCP, 45, 0);
	frame_add_tcp(&frame, TCP_ACK, 5);
	frame.length += 1; /* Ethernet's padding belongs to no packet */
	assert_int_equal(frame_decode(PACKET_ETHERNET, &frame, &packet), PACKET_OK);
	ip_format(&packet.source, text);
	assert_string_equal(text, "10.0.0.1");
	ip_format(&packet.destination, text);
	assert_string_equal(text, "10.0.0.2");
	assert_int_equal(packet.protocol, TRANSPORT_TCP);
	assert_int_equal(packet.source_port, 40000);
	assert_int_equal(packet.destination_port, 80);
	assert_int_equal(packet.sequence, 100);
	assert_int_equal(packet.acknowledgment, 200);
	assert_int_equal(packet.tcp_flags, TCP_ACK);
	assert_int_equal(packet.payload, 5);
	assert_int_equal(packet.bytes, 45);
	assert_int_equal(packet.frame_bytes, 60);
}

static void reads_the_same_packet_behind_every_link_header(void **state)
{
	static const struct {
		enum packet_link link;
		uint8_t header[32];
		size_t length;
	} cases[] = {
		{PACKET_ETHERNET, {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}, 14},
		{PACKET_ETHERNET, {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 5, 8, 0}, 18},
		{PACKET_ETHERNET,
		 {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0},
		 22},
		{PACKET_SLL, {0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0}, 16},
		{PACKET_SLL2, {8, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0}, 20},
		{PACKET_RAW, {0}, 0},
		{PACKET_LOOPBACK, {2, 0, 0, 0}, 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame frame = {0};
		struct packet packet;

		frame_add(&frame, cases[i].header, cases[i].length);
		frame_add_ipv4(&frame, TRANSPORT_UDP, 32, 0);
		frame_add_udp(&frame, 4);
		assert_int_equal(frame_decode(cases[i].link, &frame, &packet), PACKET_OK);
		assert_int_equal(packet.destination_port, 53);
		assert_int_equal(packet.payload, 4);
		assert_int_equal(packet.bytes, 32);
		assert_int_equal(packet.interface, cases[i].link == PACKET_SLL2 ? 9 : 0);
	}
}

/* Kinds: to us, broadcast, multicast, to others, sent by us, and two that no frame should have. */
static void a_cooked_packet_of_ethernet_says_whether_it_came_in(void **state)
{
	(void)state;
	for (uint8_t kind = 0; kind < 7; kind++) {
		const uint8_t sll2[] = {8,    0, 0, 0, 0, 0, 0, 9, 0, 1,
					kind, 6, 2, 0, 0, 0, 0, 1, 0, 0};
		const uint8_t tunnel[] = {8,    0, 0, 0, 0, 0, 0, 9, 3, 0,
					  kind, 6, 2, 0, 0, 0, 0, 1, 0, 0};
		const uint8_t sll[] = {0, kind, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0};
		const struct {
			enum packet_link link;
			const uint8_t *header;
			size_t length;
			bool incoming;
		} cases[] = {{PACKET_SLL2, sll2, sizeof(sll2), kind < 4},
			     {PACKET_SLL2, tunnel, sizeof(tunnel), false},
			     {PACKET_SLL, sll, sizeof(sll), false}};

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			struct frame frame = {0};
			struct packet packet;

			frame_add(&frame, cases[i].header, cases[i].length);
			frame_add_ipv4(&frame, TRANSPORT_UDP, 32, 0);
			frame_add_udp(&frame, 4);
			assert_int_equal(frame_decode(cases[i].link, &frame, &packet), PACKET_OK);
			assert_int_equal(packet.incoming, cases[i].incoming);
		}
	}
}

static void what_a_tunnel_carries_did_not_come_in(void **state)
{
	static const uint8_t sll2[] = {8, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0};
	struct frame frame = {0};
	struct packet packet;

	(void)state;
	frame_add(&frame, sll2, sizeof(sll2));
	frame_add_ipv4(&frame, 4, 52, 0);
	frame_add_ipv4(&frame, TRANSPORT_UDP, 32, 0);
	frame_add_udp(&frame, 4);
	assert_int_equal(frame_decode(PACKET_SLL2, &frame, &packet), PACKET_OK);
	assert_int_equal(packet.encapsulation.tunnel, TUNNEL_IPIP);
	assert_false(packet.incoming);
	assert_int_equal(
		packet_decode_outer(PACKET_SLL2, frame.bytes, frame.length, frame.length, &packet),
		PACKET_OK);
	assert_true(packet.incoming);
}

static void skips_ipv6_extension_headers(void **state)
{
	struct frame frame = {0};
	struct packet packet;

	(void)state;
	frame_add_ethernet(&frame, 0x86dd);
	frame_add_ipv6(&frame, 0, 8 + 16 + 8 + 12);
	FRAME_ADD(&frame, 60, 0, 1, 4, 0, 0, 0, 0);                          /* hop by hop */
	FRAME_ADD(&frame, 43, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0); /* destination */
	FRAME_ADD(&frame, TRANSPORT_UDP, 0, 0, 0, 0, 0, 0, 0);               /* routing */
	frame_add_udp(&frame, 4);
	assert_int_equal(frame_decode(PACKET_ETHERNET, &frame, &packet), PACKET_OK);
	assert_int_equal(packet.protocol, TRANSPORT_UDP);
	assert_int_equal(packet.destination_port, 53);
	assert_int_equal(packet.payload, 4);
	assert_int_equal(packet.bytes, 40 + 44);
}

static void an_endless_header_chain_is_given_up(void **state)
{
	struct frame frame = {0};
	struct packet packet;

	(void)state;
	frame_add_ipv6(&frame, 60, 8 * 64);
	for (unsigned i = 0; i < 64; i++)
		FRAME_ADD(&frame, 60, 0, 1, 4, 0, 0, 0, 0);
	assert_int_equal(frame_decode(PACKET_RAW, &frame, &packet), PACKET_LONG_CHAIN);
}

static void reads_icmp_and_sctp(void **state)
{
	struct frame icmp = {0}, sctp = {0};
	struct packet packet;

	(void)state;
	frame_add_ipv4(&icmp, TRANSPORT_ICMP, 28, 0);
	FRAME_ADD(&icmp, 3, 1, 0, 0, 0, 0, 0, 0);
	assert_int_equal(frame_decode(PACKET_RAW, &icmp, &packet), PACKET_OK);
	assert_int_equal(packet.icmp_type, 3);
	assert_int_equal(packet.icmp_code, 1);
	assert_int_equal(packet.source_port, 0);
	frame_add_ipv4(&sctp, TRANSPORT_SCTP, 36, 0);
	FRAME_ADD(&sctp, 0x0b, 0x59, 0x0b, 0x5a, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 4);
	assert_int_equal(frame_decode(PACKET_RAW, &sctp, &packet), PACKET_OK);
	assert_int_equal(packet.source_port, 2905);
	assert_int_equal(packet.destination_port, 2906);
	assert_int_equal(packet.sctp_chunk, 1);
}

/* With segmentation offload, packets have length 0 or are not segmented yet. */
static void a_length_of_zero_means_the_rest_of_the_frame(void **state)
{
	struct frame four = {0}, six = {0};
	struct packet packet;

	(void)state;
	frame_add_ethernet(&four, 0x0800);
	frame_add_ipv4(&four, TRANSPORT_TCP, 0, 0);
	frame_add_tcp(&four, TCP_ACK, 0);
	four.length = 70000;
	assert_int_equal(frame_decode_cut(PACKET_ETHERNET, &four, 64, &packet), PACKET_OK);
	assert_int_equal(packet.bytes, 70000 - 14);
	assert_int_equal(packet.payload, 70000 - 14 - 40);
	frame_add_ethernet(&six, 0x86dd);
	frame_add_ipv6(&six, TRANSPORT_TCP, 0);
	frame_add_tcp(&six, TCP_ACK, 0);
	six.length = 80000;
	assert_int_equal(frame_decode_cut(PACKET_ETHERNET, &six, 74, &packet), PACKET_OK);
	assert_int_equal(packet.bytes, 80000 - 14);
	assert_int_equal(packet.payload, 80000 - 14 - 60);
}

static void counts_from_lengths_not_from_what_was_captured(void **state)
{
	struct frame frame = {0};
	struct packet packet;

	(void)state;
	frame_add_ethernet(&frame, 0x0800);
	frame_add_ipv4(&frame, TRANSPORT_TCP, 1500, 0);
	frame_add_tcp(&frame, TCP_ACK, 1460);
	assert_int_equal(frame_decode_cut(PACKET_ETHERNET, &frame, 54, &packet), PACKET_OK);
	assert_int_equal(packet.bytes, 1500);
	assert_int_equal(packet.frame_bytes, 1514);
	assert_int_equal(packet.payload, 1460);
}

static void says_why_it_cannot_read(void **state)
{
	struct frame arp = {0}, version = {0}, header = {0}, total = {0}, mapped = {0}, tcp = {0};
	struct packet packet;

	(void)state;
	frame_add_ethernet(&arp, 0x0806);
	arp.length += 28;
	assert_int_equal(frame_decode(PACKET_ETHERNET, &arp, &packet), PACKET_NOT_IP);
	frame_add_ethernet(&version, 0x0800);
	FRAME_ADD(&version, 0x50);
	version.length += 40;
	assert_int_equal(frame_decode(PACKET_ETHERNET, &version, &packet), PACKET_BAD_IP);
	frame_add_ipv4(&header, TRANSPORT_UDP, 28, 0);
	header.bytes[0] = 0x44;
	frame_add_udp(&header, 0);
	assert_int_equal(frame_decode(PACKET_RAW, &header, &packet), PACKET_BAD_IP);
	frame_add_ipv4(&total, TRANSPORT_UDP, 29, 0);
	frame_add_udp(&total, 0);
	assert_int_equal(frame_decode(PACKET_RAW, &total, &packet), PACKET_BAD_IP);
	frame_add_ipv6(&mapped, TRANSPORT_UDP, 8);
	memset(mapped.bytes + 8, 0, 16);
	memset(mapped.bytes + 18, 0xff, 2);
	frame_add_udp(&mapped, 0);
	assert_int_equal(frame_decode(PACKET_RAW, &mapped, &packet), PACKET_BAD_IP);
	frame_add_ipv4(&tcp, TRANSPORT_TCP, 40, 0);
	frame_add_tcp(&tcp, TCP_ACK, 0);
	tcp.bytes[32] = 0x40; /* a header of 16 bytes */
	assert_int_equal(frame_decode(PACKET_RAW, &tcp, &packet), PACKET_SHORT_TRANSPORT);
}

static void a_frame_cut_before_its_ports_is_refused_as_short(void **state)
{
	struct frame frame = {0};
	struct packet packet;

	(void)state;
	frame_add_ethernet(&frame, 0x8100);
	FRAME_ADD(&frame, 0, 1, 0x86, 0xdd);
	frame_add_ipv6(&frame, 0, 28);
	FRAME_ADD(&frame, TRANSPORT_TCP, 0, 1, 4, 0, 0, 0, 0);
	frame_add_tcp(&frame, TCP_ACK, 0);
	for (size_t cut = 0; cut < 18 + 48 + 4; cut++) {
		enum packet_verdict expected = cut < 18        ? PACKET_SHORT_LINK
					       : cut < 18 + 48 ? PACKET_SHORT_IP
							       : PACKET_SHORT_TRANSPORT;

		assert_int_equal(frame_decode_cut(PACKET_ETHERNET, &frame, cut, &packet), expected);
	}
	for (size_t cut = 18 + 48 + 4; cut <= frame.length; cut++) {
		bool flags = cut >= 18 + 48 + 14;

		assert_int_equal(frame_decode_cut(PACKET_ETHERNET, &frame, cut, &packet),
				 PACKET_OK);
		assert_int_equal(packet.source_port, 40000);
		assert_int_equal(packet.destination_port, 80);
		assert_int_equal(packet.fragment, flags ? PACKET_WHOLE : PACKET_CUT);
		assert_int_equal(packet.tcp_flags, flags ? TCP_ACK : 0);
		assert_int_equal(packet.bytes, 68);
	}
}

/* The least that --snaplen allows shows the ports of IPv4 over Ethernet. */
static void forty_bytes_show_the_ports(void **state)
{
	static const uint8_t protocols[] = {TRANSPORT_TCP, TRANSPORT_UDP, TRANSPORT_SCTP};

	(void)state;
	for (size_t i = 0; i < sizeof(protocols); i++) {
		struct frame frame = {0};
		struct packet packet;

		frame_add_ethernet(&frame, 0x0800);
		frame_add_ipv4(&frame, protocols[i], 100, 0);
		FRAME_ADD(&frame, 0x9c, 0x40, 0, 80);
		frame.length = 114;
		assert_int_equal(frame_decode_cut(PACKET_ETHERNET, &frame, 40, &packet), PACKET_OK);
		assert_int_equal(packet.source_port, 40000);
		assert_int_equal(packet.destination_port, 80);
		assert_int_equal(packet.bytes, 100);
		assert_int_equal(packet.payload, protocols[i] == TRANSPORT_UDP ? 72 : 0);
	}
}

/* RFC 791 allows fragments of eight bytes, which cut the TCP header. */
static void a_fragment_may_cut_the_tcp_header(void **state)
{
	struct frame frame = {0};
	struct packet packet;

	(void)state;
	frame_add_ipv4(&frame, TRANSPORT_TCP, 28, 0x2000);
	FRAME_ADD(&frame, 0x9c, 0x40, 0, 80, 0, 0, 0, 100);
	assert_int_equal(frame_decode(PACKET_RAW, &frame, &packet), PACKET_OK);
	assert_int_equal(packet.fragment, PACKET_FIRST_FRAGMENT);
	assert_int_equal(packet.source_port, 40000);
	assert_int_equal(packet.destination_port, 80);
	assert_int_equal(packet.tcp_flags, 0);
}

static void an_atomic_fragment_is_a_whole_packet(void **state)
{
	struct frame frame = {0};
	struct packet packet;

	(void)state;
	frame_add_ipv6(&frame, 44, 8 + 12);
	FRAME_ADD(&frame, TRANSPORT_UDP, 0, 0, 0, 1, 2, 3, 4);
	frame_add_udp(&frame, 4);
	assert_int_equal(frame_decode(PACKET_RAW, &frame, &packet), PACKET_OK);
	assert_int_equal(packet.fragment, PACKET_WHOLE);
	assert_int_equal(packet.destination_port, 53);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_mss_of_a_syn),
		cmocka_unit_test(reads_tcp_over_ethernet),
		cmocka_unit_test(reads_the_same_packet_behind_every_link_header),
		cmocka_unit_test(a_cooked_packet_of_ethernet_says_whether_it_came_in),
		cmocka_unit_test(what_a_tunnel_carries_did_not_come_in),
		cmocka_unit_test(skips_ipv6_extension_headers),
		cmocka_unit_test(an_endless_header_chain_is_given_up),
		cmocka_unit_test(reads_icmp_and_sctp),
		cmocka_unit_test(a_length_of_zero_means_the_rest_of_the_frame),
		cmocka_unit_test(counts_from_lengths_not_from_what_was_captured),
		cmocka_unit_test(says_why_it_cannot_read),
		cmocka_unit_test(a_frame_cut_before_its_ports_is_refused_as_short),
		cmocka_unit_test(forty_bytes_show_the_ports),
		cmocka_unit_test(a_fragment_may_cut_the_tcp_header),
		cmocka_unit_test(an_atomic_fragment_is_a_whole_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
