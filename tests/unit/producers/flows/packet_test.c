#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "producers/flows/flow.h"
#include "producers/flows/fragments.h"
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

		add_ethernet(&frame, 0x0800);
		add_ipv4(&frame, TRANSPORT_TCP, 48, 0);
		add_tcp(&frame, TCP_SYN, 0);
		frame.bytes[frame.length - 8] = 0x70;
		memcpy(frame.bytes + frame.length, cases[i].options, 8);
		frame.length += 8;
		assert_int_equal(decode(PACKET_ETHERNET, &frame, &packet), PACKET_OK);
		assert_int_equal(packet.mss, cases[i].mss);
		assert_int_equal(packet.window, 0xffff);
		for (size_t captured = frame.length; captured >= frame.length - 8; captured--)
			assert_int_equal(decode_cut(PACKET_ETHERNET, &frame, captured, &packet),
					 PACKET_OK);
	}
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

static void a_frame_cut_anywhere_is_refused_as_short(void **state)
{
	struct frame frame = {0};
	struct packet packet;

	(void)state;
	add_ethernet(&frame, 0x8100);
	ADD(&frame, 0, 1, 0x86, 0xdd);
	add_ipv6(&frame, 0, 28);
	ADD(&frame, TRANSPORT_TCP, 0, 1, 4, 0, 0, 0, 0);
	add_tcp(&frame, TCP_ACK, 0);
	for (size_t cut = 0; cut < frame.length; cut++) {
		enum packet_verdict expected = cut < 18        ? PACKET_SHORT_LINK
					       : cut < 18 + 48 ? PACKET_SHORT_IP
							       : PACKET_SHORT_TRANSPORT;

		assert_int_equal(decode_cut(PACKET_ETHERNET, &frame, cut, &packet), expected);
	}
	assert_int_equal(decode(PACKET_ETHERNET, &frame, &packet), PACKET_OK);
}

static void later_fragments_get_the_ports_of_the_first(void **state)
{
	static const uint64_t seed[FLOW_KEY_SEED_WORDS] = {7, 6, 5, 4, 3, 2, 1};
	struct fragments *fragments = fragments_new(seed);
	struct frame first = {0}, later = {0};
	struct packet a, b;

	(void)state;
	assert_non_null(fragments);
	add_ipv4(&first, TRANSPORT_UDP, 36, 0x2000);
	add_udp(&first, 8);
	add_ipv4(&later, TRANSPORT_UDP, 44, 2);
	later.length += 24;
	assert_int_equal(decode(PACKET_RAW, &later, &b), PACKET_OK);
	assert_int_equal(b.fragment, PACKET_LATER_FRAGMENT);
	b.time.ns = 5;
	b.interface = 1;
	assert_false(fragments_resolve(fragments, &b));
	assert_int_equal(decode(PACKET_RAW, &first, &a), PACKET_OK);
	assert_int_equal(a.fragment, PACKET_FIRST_FRAGMENT);
	a.time.ns = 5;
	a.interface = 1;
	assert_true(fragments_resolve(fragments, &a));
	assert_true(fragments_resolve(fragments, &b));
	assert_int_equal(b.source_port, 40000);
	assert_int_equal(b.destination_port, 53);
	/* Another packet, another interface, too late. */
	b.identification++;
	assert_false(fragments_resolve(fragments, &b));
	b.identification--;
	b.interface = 2;
	assert_false(fragments_resolve(fragments, &b));
	b.interface = 1;
	b.time.ns += FRAGMENTS_LIFE_NS;
	assert_false(fragments_resolve(fragments, &b));
	fragments_free(fragments);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_mss_of_a_syn),
		cmocka_unit_test(reads_tcp_over_ethernet),
		cmocka_unit_test(reads_the_same_packet_behind_every_link_header),
		cmocka_unit_test(skips_ipv6_extension_headers),
		cmocka_unit_test(an_endless_header_chain_is_given_up),
		cmocka_unit_test(reads_icmp_and_sctp),
		cmocka_unit_test(a_length_of_zero_means_the_rest_of_the_frame),
		cmocka_unit_test(counts_from_lengths_not_from_what_was_captured),
		cmocka_unit_test(says_why_it_cannot_read),
		cmocka_unit_test(a_frame_cut_anywhere_is_refused_as_short),
		cmocka_unit_test(later_fragments_get_the_ports_of_the_first),
		cmocka_unit_test(an_atomic_fragment_is_a_whole_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
