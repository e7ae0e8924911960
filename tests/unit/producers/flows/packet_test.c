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

#define FRAME_MAX 2048

struct frame {
	uint8_t bytes[FRAME_MAX];
	size_t length;
};

static void add(struct frame *frame, const void *bytes, size_t length)
{
	memcpy(frame->bytes + frame->length, bytes, length);
	frame->length += length;
}

#define ADD(frame, ...) \
	add((frame), (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void add_ethernet(struct frame *frame, uint16_t type)
{
	ADD(frame, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, (uint8_t)(type >> 8), (uint8_t)type);
}

/* 10.0.0.1 to 10.0.0.2 */
static void add_ipv4(struct frame *frame, uint8_t protocol, uint16_t total, uint16_t fragment)
{
	ADD(frame, 0x45, 0, (uint8_t)(total >> 8), (uint8_t)total, 0x12, 0x34,
	    (uint8_t)(fragment >> 8), (uint8_t)fragment, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0,
	    2);
}

/* fd00::1 to fd00::2 */
static void add_ipv6(struct frame *frame, uint8_t next, uint16_t length)
{
	ADD(frame, 0x60, 0, 0, 0, (uint8_t)(length >> 8), (uint8_t)length, next, 64, 0xfd, 0, 0, 0,
	    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2);
}

/* 40000 to 80, sequence 100, acknowledgment 200 */
static void add_tcp(struct frame *frame, uint8_t flags, size_t payload)
{
	ADD(frame, 0x9c, 0x40, 0, 80, 0, 0, 0, 100, 0, 0, 0, 200, 0x50, flags, 0xff, 0xff, 0, 0, 0,
	    0);
	frame->length += payload;
}

static void add_udp(struct frame *frame, size_t payload)
{
	ADD(frame, 0x9c, 0x40, 0, 53, 0, (uint8_t)(8 + payload), 0, 0);
	frame->length += payload;
}

/* Decodes from memory that ends where the frame does, so that a read beyond it is detected. */
static enum packet_verdict decode_cut(enum packet_link link, const struct frame *frame,
				      size_t captured, struct packet *packet)
{
	uint8_t *bytes = malloc(captured > 0 ? captured : 1);
	enum packet_verdict verdict;

	assert_non_null(bytes);
	memcpy(bytes, frame->bytes, captured);
	verdict = packet_decode(link, bytes, captured, frame->length, packet);
	free(bytes);
	return verdict;
}

static enum packet_verdict decode(enum packet_link link, const struct frame *frame,
				  struct packet *packet)
{
	return decode_cut(link, frame, frame->length, packet);
}

static void reads_tcp_over_ethernet(void **state)
{
	struct frame frame = {0};
	struct packet packet;
	char text[IP_TEXT_SIZE];

	(void)state;
	add_ethernet(&frame, 0x0800);
	add_ipv4(&frame, TRANSPORT_TCP, 45, 0);
	add_tcp(&frame, TCP_ACK, 5);
	frame.length += 1; /* Ethernet's padding belongs to no packet */
	assert_int_equal(decode(PACKET_ETHERNET, &frame, &packet), PACKET_OK);
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

		add(&frame, cases[i].header, cases[i].length);
		add_ipv4(&frame, TRANSPORT_UDP, 32, 0);
		add_udp(&frame, 4);
		assert_int_equal(decode(cases[i].link, &frame, &packet), PACKET_OK);
		assert_int_equal(packet.destination_port, 53);
		assert_int_equal(packet.payload, 4);
		assert_int_equal(packet.bytes, 32);
		assert_int_equal(packet.interface, cases[i].link == PACKET_SLL2 ? 9 : 0);
	}
}

static void skips_ipv6_extension_headers(void **state)
{
	struct frame frame = {0};
	struct packet packet;

	(void)state;
	add_ethernet(&frame, 0x86dd);
	add_ipv6(&frame, 0, 8 + 16 + 8 + 12);
	ADD(&frame, 60, 0, 1, 4, 0, 0, 0, 0);                          /* hop by hop */
	ADD(&frame, 43, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0); /* destination */
	ADD(&frame, TRANSPORT_UDP, 0, 0, 0, 0, 0, 0, 0);               /* routing */
	add_udp(&frame, 4);
	assert_int_equal(decode(PACKET_ETHERNET, &frame, &packet), PACKET_OK);
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
	add_ipv6(&frame, 60, 8 * 64);
	for (unsigned i = 0; i < 64; i++)
		ADD(&frame, 60, 0, 1, 4, 0, 0, 0, 0);
	assert_int_equal(decode(PACKET_RAW, &frame, &packet), PACKET_LONG_CHAIN);
}

static void reads_icmp_and_sctp(void **state)
{
	struct frame icmp = {0}, sctp = {0};
	struct packet packet;

	(void)state;
	add_ipv4(&icmp, TRANSPORT_ICMP, 28, 0);
	ADD(&icmp, 3, 1, 0, 0, 0, 0, 0, 0);
	assert_int_equal(decode(PACKET_RAW, &icmp, &packet), PACKET_OK);
	assert_int_equal(packet.icmp_type, 3);
	assert_int_equal(packet.icmp_code, 1);
	assert_int_equal(packet.source_port, 0);
	add_ipv4(&sctp, TRANSPORT_SCTP, 36, 0);
	ADD(&sctp, 0x0b, 0x59, 0x0b, 0x5a, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 4);
	assert_int_equal(decode(PACKET_RAW, &sctp, &packet), PACKET_OK);
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
	add_ethernet(&four, 0x0800);
	add_ipv4(&four, TRANSPORT_TCP, 0, 0);
	add_tcp(&four, TCP_ACK, 0);
	four.length = 70000;
	assert_int_equal(decode_cut(PACKET_ETHERNET, &four, 64, &packet), PACKET_OK);
	assert_int_equal(packet.bytes, 70000 - 14);
	assert_int_equal(packet.payload, 70000 - 14 - 40);
	add_ethernet(&six, 0x86dd);
	add_ipv6(&six, TRANSPORT_TCP, 0);
	add_tcp(&six, TCP_ACK, 0);
	six.length = 80000;
	assert_int_equal(decode_cut(PACKET_ETHERNET, &six, 74, &packet), PACKET_OK);
	assert_int_equal(packet.bytes, 80000 - 14);
	assert_int_equal(packet.payload, 80000 - 14 - 60);
}

static void counts_from_lengths_not_from_what_was_captured(void **state)
{
	struct frame frame = {0};
	struct packet packet;

	(void)state;
	add_ethernet(&frame, 0x0800);
	add_ipv4(&frame, TRANSPORT_TCP, 1500, 0);
	add_tcp(&frame, TCP_ACK, 1460);
	assert_int_equal(decode_cut(PACKET_ETHERNET, &frame, 54, &packet), PACKET_OK);
	assert_int_equal(packet.bytes, 1500);
	assert_int_equal(packet.frame_bytes, 1514);
	assert_int_equal(packet.payload, 1460);
}

static void says_why_it_cannot_read(void **state)
{
	struct frame arp = {0}, version = {0}, header = {0}, total = {0}, mapped = {0}, tcp = {0};
	struct packet packet;

	(void)state;
	add_ethernet(&arp, 0x0806);
	arp.length += 28;
	assert_int_equal(decode(PACKET_ETHERNET, &arp, &packet), PACKET_NOT_IP);
	add_ethernet(&version, 0x0800);
	ADD(&version, 0x50);
	version.length += 40;
	assert_int_equal(decode(PACKET_ETHERNET, &version, &packet), PACKET_BAD_IP);
	add_ipv4(&header, TRANSPORT_UDP, 28, 0);
	header.bytes[0] = 0x44;
	add_udp(&header, 0);
	assert_int_equal(decode(PACKET_RAW, &header, &packet), PACKET_BAD_IP);
	add_ipv4(&total, TRANSPORT_UDP, 29, 0);
	add_udp(&total, 0);
	assert_int_equal(decode(PACKET_RAW, &total, &packet), PACKET_BAD_IP);
	add_ipv6(&mapped, TRANSPORT_UDP, 8);
	memset(mapped.bytes + 8, 0, 16);
	memset(mapped.bytes + 18, 0xff, 2);
	add_udp(&mapped, 0);
	assert_int_equal(decode(PACKET_RAW, &mapped, &packet), PACKET_BAD_IP);
	add_ipv4(&tcp, TRANSPORT_TCP, 40, 0);
	add_tcp(&tcp, TCP_ACK, 0);
	tcp.bytes[32] = 0x40; /* a header of 16 bytes */
	assert_int_equal(decode(PACKET_RAW, &tcp, &packet), PACKET_SHORT_TRANSPORT);
}

static void a_frame_cut_before_its_ports_is_refused_as_short(void **state)
{
	struct frame frame = {0};
	struct packet packet;

	(void)state;
	add_ethernet(&frame, 0x8100);
	ADD(&frame, 0, 1, 0x86, 0xdd);
	add_ipv6(&frame, 0, 28);
	ADD(&frame, TRANSPORT_TCP, 0, 1, 4, 0, 0, 0, 0);
	add_tcp(&frame, TCP_ACK, 0);
	for (size_t cut = 0; cut < 18 + 48 + 4; cut++) {
		enum packet_verdict expected = cut < 18        ? PACKET_SHORT_LINK
					       : cut < 18 + 48 ? PACKET_SHORT_IP
							       : PACKET_SHORT_TRANSPORT;

		assert_int_equal(decode_cut(PACKET_ETHERNET, &frame, cut, &packet), expected);
	}
	for (size_t cut = 18 + 48 + 4; cut <= frame.length; cut++) {
		bool flags = cut >= 18 + 48 + 14;

		assert_int_equal(decode_cut(PACKET_ETHERNET, &frame, cut, &packet), PACKET_OK);
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

		add_ethernet(&frame, 0x0800);
		add_ipv4(&frame, protocols[i], 100, 0);
		ADD(&frame, 0x9c, 0x40, 0, 80);
		frame.length = 114;
		assert_int_equal(decode_cut(PACKET_ETHERNET, &frame, 40, &packet), PACKET_OK);
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
	add_ipv4(&frame, TRANSPORT_TCP, 28, 0x2000);
	ADD(&frame, 0x9c, 0x40, 0, 80, 0, 0, 0, 100);
	assert_int_equal(decode(PACKET_RAW, &frame, &packet), PACKET_OK);
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
	add_ipv6(&frame, 44, 8 + 12);
	ADD(&frame, TRANSPORT_UDP, 0, 0, 0, 1, 2, 3, 4);
	add_udp(&frame, 4);
	assert_int_equal(decode(PACKET_RAW, &frame, &packet), PACKET_OK);
	assert_int_equal(packet.fragment, PACKET_WHOLE);
	assert_int_equal(packet.destination_port, 53);
}

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

	add_ipv4(frame, tunnels[number].protocol, (uint16_t)(20 + length + 32), 0);
	add(frame, tunnels[number].head, length);
	add_ipv4(frame, TRANSPORT_UDP, 32, 0);
	frame->bytes[frame->length - 1] = 9; /* to 10.0.0.9 */
	add_udp(frame, 4);
}

static void tunnels_are_opened(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tunnels) / sizeof(tunnels[0]); i++) {
		struct frame frame = {0};
		struct packet packet;

		add_tunnel(&frame, i);
		assert_int_equal(decode(PACKET_RAW, &frame, &packet), PACKET_OK);
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
			assert_int_equal(decode_cut(PACKET_RAW, &frame, cut, &packet), PACKET_OK);
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
			add_ipv4(&frame, 4, (uint16_t)((depth - i) * 20 + 32), 0);
		add_ipv4(&frame, TRANSPORT_UDP, 32, 0);
		add_udp(&frame, 4);
		assert_int_equal(decode(PACKET_RAW, &frame, &packet), PACKET_OK);
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
	add_ethernet(&tags, 0x8100);
	add_ethernet(&labels, 0x8847);
	for (unsigned i = 0; i < 200; i++) {
		ADD(&tags, 0, 1, 0x81, 0);
		ADD(&labels, 0, 1, 0, 64);
	}
	assert_int_equal(decode(PACKET_ETHERNET, &tags, &packet), PACKET_TOO_DEEP);
	assert_int_equal(decode(PACKET_ETHERNET, &labels, &packet), PACKET_TOO_DEEP);
}

/* RFC 8754: the address in use is at the place that the segments left say. */
static void a_packet_with_segments_left_goes_to_the_last(void **state)
{
	(void)state;
	for (uint8_t left = 0; left < 3; left++) {
		struct frame frame = {0};
		struct packet packet;

		add_ipv6(&frame, 43, 8 + 32 + 12);
		ADD(&frame, TRANSPORT_UDP, 4, 4, left, 1, 0, 0, 0);
		ADD(&frame, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9);
		ADD(&frame, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2);
		add_udp(&frame, 4);
		assert_int_equal(decode(PACKET_RAW, &frame, &packet), PACKET_OK);
		assert_int_equal(packet.destination.bytes[15], left == 1 ? 9 : 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_tcp_over_ethernet),
		cmocka_unit_test(reads_the_same_packet_behind_every_link_header),
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
		cmocka_unit_test(tunnels_are_opened),
		cmocka_unit_test(a_tunnel_cut_anywhere_is_the_outer_packet),
		cmocka_unit_test(tunnels_are_opened_four_deep),
		cmocka_unit_test(endless_tags_and_labels_are_given_up),
		cmocka_unit_test(a_packet_with_segments_left_goes_to_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
