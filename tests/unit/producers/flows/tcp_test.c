#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "producers/flows/tcp.h"

#define CLIENT 0u
#define SERVER 1u

static struct packet segment(int64_t time, uint8_t flags, uint32_t sequence, uint32_t ack,
			     uint32_t payload)
{
	return (struct packet){
		.time = {time},
		.protocol = TRANSPORT_TCP,
		.tcp_flags = flags,
		.sequence = sequence,
		.acknowledgment = ack,
		.payload = payload,
	};
}

static enum tcp_payload see(struct tcp *tcp, unsigned direction, int64_t time, uint8_t flags,
			    uint32_t sequence, uint32_t ack, uint32_t payload)
{
	struct packet packet = segment(time, flags, sequence, ack, payload);

	return tcp_packet(tcp, &packet, direction);
}

static struct flow taken(struct tcp *tcp)
{
	struct flow flow = {0};

	tcp_take(tcp, CLIENT, true, &flow);
	return flow;
}

static void measures_the_handshake_once(void **state)
{
	struct tcp tcp = {0};
	struct flow flow;

	(void)state;
	see(&tcp, CLIENT, 100, TCP_SYN, 0xffffffff, 0, 0);
	see(&tcp, SERVER, 300, TCP_SYN | TCP_ACK, 500, 0, 0);
	see(&tcp, CLIENT, 350, TCP_ACK, 0, 501, 0);
	see(&tcp, CLIENT, 900, TCP_ACK, 0, 501, 0);
	flow = taken(&tcp);
	assert_true(flow.handshake.seen);
	assert_int_equal(flow.handshake.rtt_ns, 250);
	assert_int_equal(flow.handshake.server_rtt_ns, 200);
	assert_int_equal(flow.handshake.client_rtt_ns, 50);
	assert_false(taken(&tcp).handshake.seen);
}

static void a_partial_handshake_is_not_measured(void **state)
{
	struct tcp no_syn = {0}, no_answer = {0}, backwards = {0};

	(void)state;
	see(&no_syn, SERVER, 300, TCP_SYN | TCP_ACK, 500, 11, 0);
	see(&no_syn, CLIENT, 350, TCP_ACK, 11, 501, 0);
	assert_false(taken(&no_syn).handshake.seen);
	see(&no_answer, CLIENT, 300, TCP_SYN, 10, 0, 0);
	see(&no_answer, CLIENT, 350, TCP_ACK, 11, 501, 0);
	assert_false(taken(&no_answer).handshake.seen);
	see(&backwards, CLIENT, 300, TCP_SYN, 10, 0, 0);
	see(&backwards, SERVER, 299, TCP_SYN | TCP_ACK, 500, 11, 0);
	see(&backwards, CLIENT, 350, TCP_ACK, 11, 501, 0);
	assert_false(taken(&backwards).handshake.seen);
}

static void distinguishes_new_bytes_from_old_ones(void **state)
{
	static const struct {
		uint32_t sequence, payload;
		enum tcp_payload expected;
	} cases[] = {
		{100, 10, TCP_DATA},           /* 100-109 */
		{110, 10, TCP_DATA},           /* 110-119 */
		{119, 1, TCP_NOTHING},         /* keep-alive */
		{119, 0, TCP_NOTHING},         /* keep-alive without a byte */
		{110, 10, TCP_RETRANSMISSION}, /* again */
		{115, 10, TCP_RETRANSMISSION}, /* half of it again */
		{135, 5, TCP_DATA},            /* 125-134 are missing */
		{125, 5, TCP_DATA},            /* out of order */
		{125, 5, TCP_RETRANSMISSION},
		{130, 5, TCP_DATA},
		{130, 5, TCP_RETRANSMISSION},
		{140, 0, TCP_NOTHING},
		{140, 5, TCP_DATA},
	};
	struct tcp tcp = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			see(&tcp, SERVER, 0, TCP_ACK, cases[i].sequence - 120, 0, cases[i].payload),
			cases[i].expected);
	}

	struct flow flow = taken(&tcp);

	assert_int_equal(flow.source.retransmissions, 0);
	assert_int_equal(flow.destination.retransmissions, 4);
	assert_int_equal(taken(&tcp).destination.retransmissions, 0);
}

/* Client's segments of ten bytes, in the order of their numbers; -N: the server acknowledges up to N. */
/* Returns how many were unsure. */
static unsigned see_order(struct tcp *tcp, const int *order, size_t count)
{
	unsigned unsure = 0;

	for (size_t i = 0; i < count; i++) {
		if (order[i] < 0)
			see(tcp, SERVER, 0, TCP_ACK, 0, (uint32_t)(-order[i] * 10), 0);
		else
			unsure += see(tcp, CLIENT, 0, TCP_ACK, (uint32_t)order[i] * 10, 0, 10) ==
				  TCP_UNSURE;
	}
	return unsure;
}

static void tells_reordering_from_retransmission(void **state)
{
	static const struct {
		int order[16];
		size_t count;
		uint32_t out_of_order, retransmissions, spurious;
		uint64_t unsure;
	} cases[] = {
		{{0, 2, 4, 1, 3}, 5, 2, 0, 0, 0},
		{{0, 2, 4, 6, 8, 7, 1, 5, 3}, 9, 4, 0, 0, 0},
		{{0, 4, 2, 3, 1}, 5, 3, 0, 0, 0}, /* the hole is cut in two */
		{{0, 2, 1, 1, 2}, 5, 1, 2, 0, 0},
		{{0, 1, 2, -2, 1, 2, -3, 2}, 8, 0, 3, 2, 0},
		/* The fifth hole makes the lowest one forgotten, so 0 and 1 are unsure. */
		{{0, 2, 4, 6, 8, 10, 1, 0, 3, 5, 2}, 11, 2, 1, 0, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tcp tcp = {0};
		struct flow flow;

		assert_int_equal(see_order(&tcp, cases[i].order, cases[i].count), cases[i].unsure);
		flow = taken(&tcp);
		assert_int_equal(flow.source.out_of_order, cases[i].out_of_order);
		assert_int_equal(flow.source.retransmissions, cases[i].retransmissions);
		assert_int_equal(flow.source.spurious_retransmissions, cases[i].spurious);
	}
}

/* A hole that is never filled must not be taken for bytes that are 4 GiB later. */
static void forgets_a_hole_that_is_far_below(void **state)
{
	struct tcp tcp = {0};
	struct flow flow;

	(void)state;
	see(&tcp, CLIENT, 0, TCP_ACK, 0, 0, 10);
	see(&tcp, CLIENT, 0, TCP_ACK, 1000, 0, 10);
	for (unsigned i = 0; i < 4096; i++)
		see(&tcp, CLIENT, 0, TCP_ACK, 1010 + (i << 20), 0, 1 << 20);
	see(&tcp, CLIENT, 0, TCP_ACK, 500, 0, 10);
	flow = taken(&tcp);
	assert_int_equal(flow.source.out_of_order, 0);
	assert_int_equal(flow.source.retransmissions, 1);
}

static void acknowledged_bytes_that_were_not_captured_are_missed(void **state)
{
	struct tcp tcp = {0};
	struct flow flow;

	(void)state;
	see(&tcp, CLIENT, 0, TCP_SYN, 9, 0, 0);
	see(&tcp, SERVER, 0, TCP_SYN | TCP_ACK, 99, 10, 0);
	see(&tcp, CLIENT, 0, TCP_ACK, 110, 100, 50); /* after 100 that were not captured */
	assert_int_equal(taken(&tcp).source.missed_bytes, 0);
	see(&tcp, SERVER, 0, TCP_ACK, 100, 159, 0);
	assert_int_equal(taken(&tcp).source.missed_bytes, 100);
	see(&tcp, SERVER, 0, TCP_ACK, 100, 161, 0); /* a FIN, perhaps */
	assert_int_equal(taken(&tcp).source.missed_bytes, 0);
	see(&tcp, SERVER, 0, TCP_ACK, 100, 200, 0);
	flow = taken(&tcp);
	assert_int_equal(flow.source.missed_bytes, 38);
	assert_int_equal(flow.destination.missed_bytes, 0);
	assert_int_equal(flow.source.retransmissions, 0);
	/* What fills the hole before it is acknowledged was not missed. */
	see(&tcp, CLIENT, 0, TCP_ACK, 300, 100, 10);
	see(&tcp, CLIENT, 0, TCP_ACK, 200, 100, 100);
	see(&tcp, SERVER, 0, TCP_ACK, 100, 310, 0);
	assert_int_equal(taken(&tcp).source.missed_bytes, 0);
}

static void more_holes_than_are_kept_are_missed_too(void **state)
{
	struct tcp tcp = {0};
	struct flow flow;

	(void)state;
	for (uint32_t i = 0; i < 4 * TCP_HOLES; i++) {
		see(&tcp, CLIENT, 0, TCP_ACK, 20 * i, 1, 10);
		see(&tcp, SERVER, 0, TCP_ACK, 1, 20 * i + 10, 0);
	}
	see(&tcp, CLIENT, 0, TCP_ACK, 0, 1, 10);
	flow = taken(&tcp);
	assert_int_equal(flow.source.missed_bytes, 10 * (4 * TCP_HOLES - 1));
	assert_int_equal(flow.source.spurious_retransmissions, 1);
}

static void what_may_be_older_than_the_capture_is_not_missed(void **state)
{
	struct tcp alive = {0}, late = {0}, old = {0};

	(void)state;
	/* The first segment is a keep-alive. */
	see(&alive, CLIENT, 0, TCP_ACK, 99, 1, 0);
	see(&alive, SERVER, 0, TCP_ACK, 1, 100, 0);
	see(&alive, CLIENT, 0, TCP_ACK, 100, 1, 10);
	see(&alive, SERVER, 0, TCP_ACK, 1, 110, 0);
	assert_int_equal(taken(&alive).source.missed_bytes, 0);
	/* The acknowledgment comes first, then an old segment again. */
	see(&late, SERVER, 0, TCP_ACK, 1, 500, 0);
	see(&late, CLIENT, 0, TCP_ACK, 100, 1, 10);
	see(&late, CLIENT, 0, TCP_ACK, 500, 1, 10);
	see(&late, SERVER, 0, TCP_ACK, 1, 510, 0);
	assert_int_equal(taken(&late).source.missed_bytes, 0);
	/* A server that is still in an older connection answers a SYN. */
	see(&old, CLIENT, 0, TCP_SYN, 1000, 0, 0);
	see(&old, SERVER, 0, TCP_ACK, 7, 900000, 0);
	see(&old, CLIENT, 0, TCP_RST, 900000, 0, 0);
	assert_int_equal(taken(&old).source.missed_bytes, 0);
}

static void the_last_bytes_are_missed_only_at_the_end(void **state)
{
	struct tcp tcp = {0};
	struct flow flow = {0};

	(void)state;
	see(&tcp, CLIENT, 0, TCP_ACK, 0, 1, 10);
	see(&tcp, SERVER, 0, TCP_ACK, 1, 10, 0);
	see(&tcp, SERVER, 0, TCP_ACK, 1, 110, 0); /* its data may be captured later */
	tcp_take(&tcp, CLIENT, false, &flow);
	assert_int_equal(flow.source.missed_bytes, 0);
	see(&tcp, CLIENT, 0, TCP_ACK, 10, 1, 100);
	flow = taken(&tcp);
	assert_int_equal(flow.source.missed_bytes + flow.source.retransmissions, 0);
}

static void nothing_is_missed_where_a_length_is_not_known(void **state)
{
	struct packet fragment = segment(0, TCP_ACK, 10, 1, 0);
	struct packet reset = segment(0, TCP_RST | TCP_ACK, 1, 5000, 0);
	struct tcp tcp = {0}, other = {0};

	(void)state;
	fragment.fragment = PACKET_FIRST_FRAGMENT;
	see(&tcp, CLIENT, 0, TCP_ACK, 0, 1, 10);
	tcp_packet(&tcp, &fragment, CLIENT);
	see(&tcp, SERVER, 0, TCP_ACK, 1, 3000, 0);
	assert_int_equal(taken(&tcp).source.missed_bytes, 0);
	/* Anybody can send a RST. */
	see(&other, CLIENT, 0, TCP_ACK, 0, 1, 10);
	tcp_packet(&other, &reset, SERVER);
	assert_int_equal(taken(&other).source.missed_bytes, 0);
}

static void counts_what_tells_of_trouble(void **state)
{
	struct packet syn = segment(0, TCP_SYN, 9, 0, 0), full = segment(0, TCP_ACK, 10, 0, 0);
	struct packet reset = segment(0, TCP_RST, 10, 0, 0);
	struct tcp tcp = {0};
	struct flow flow;

	(void)state;
	syn.mss = 1460;
	tcp_packet(&tcp, &syn, CLIENT);
	tcp_packet(&tcp, &full, CLIENT);
	tcp_packet(&tcp, &full, SERVER);
	tcp_packet(&tcp, &full, SERVER);
	full.window = 1;
	tcp_packet(&tcp, &full, SERVER);
	tcp_packet(&tcp, &reset, CLIENT);
	flow = taken(&tcp);
	assert_int_equal(flow.source.mss, 1460);
	assert_int_equal(flow.destination.mss, 0);
	assert_int_equal(flow.source.zero_windows, 1);
	assert_int_equal(flow.destination.zero_windows, 2);
	assert_int_equal(flow.source.resets, 1);
	assert_int_equal(flow.destination.resets, 0);
	flow = taken(&tcp);
	assert_int_equal(flow.source.mss + flow.source.zero_windows + flow.source.resets, 0);
}

static void syn_and_fin_take_a_sequence_number(void **state)
{
	struct tcp tcp = {0};

	(void)state;
	assert_int_equal(see(&tcp, CLIENT, 0, TCP_SYN, 9, 0, 0), TCP_NOTHING);
	assert_int_equal(see(&tcp, CLIENT, 0, TCP_SYN, 9, 0, 0), TCP_NOTHING);
	assert_int_equal(see(&tcp, CLIENT, 0, TCP_ACK, 10, 0, 5), TCP_DATA);
	assert_int_equal(see(&tcp, CLIENT, 0, TCP_FIN | TCP_ACK, 15, 0, 5), TCP_DATA);
	assert_int_equal(see(&tcp, CLIENT, 0, TCP_FIN | TCP_ACK, 15, 0, 5), TCP_RETRANSMISSION);
	assert_int_equal(see(&tcp, CLIENT, 0, TCP_FIN | TCP_ACK, 20, 0, 0), TCP_NOTHING);
	assert_int_equal(see(&tcp, CLIENT, 0, TCP_RST, 21, 0, 7), TCP_NOTHING);
}

static void data_in_a_syn_is_payload(void **state)
{
	struct tcp tcp = {0};

	(void)state;
	assert_int_equal(see(&tcp, CLIENT, 0, TCP_SYN, 9, 0, 5), TCP_DATA);
	assert_int_equal(see(&tcp, SERVER, 0, TCP_SYN | TCP_ACK, 99, 15, 7), TCP_DATA);
	assert_int_equal(see(&tcp, CLIENT, 0, TCP_ACK, 10, 107, 5), TCP_SPURIOUS);
	assert_int_equal(see(&tcp, CLIENT, 0, TCP_ACK, 15, 107, 5), TCP_DATA);
	assert_int_equal(see(&tcp, SERVER, 0, TCP_ACK, 107, 20, 5), TCP_DATA);
}

static void closes_after_a_fin_each_way_or_a_reset(void **state)
{
	struct tcp tcp = {0}, reset = {0};

	(void)state;
	see(&tcp, CLIENT, 0, TCP_ACK, 1, 1, 1);
	assert_false(tcp_closed(&tcp));
	see(&tcp, CLIENT, 0, TCP_FIN | TCP_ACK, 2, 1, 0);
	assert_false(tcp_closed(&tcp));
	see(&tcp, SERVER, 0, TCP_FIN | TCP_ACK, 1, 3, 0);
	assert_true(tcp_closed(&tcp));
	see(&reset, SERVER, 0, TCP_RST, 1, 3, 0);
	assert_true(tcp_closed(&reset));
}

static void knows_the_syn_of_another_connection(void **state)
{
	struct packet same = segment(0, TCP_SYN, 10, 0, 0);
	struct packet other = segment(0, TCP_SYN, 11, 0, 0);
	struct packet data = segment(0, TCP_ACK, 99, 0, 1);
	struct tcp open = {0}, middle = {0}, answered = {0};

	(void)state;
	see(&open, CLIENT, 0, TCP_SYN, 10, 0, 0);
	assert_false(tcp_begins_another(&open, &same, CLIENT));
	assert_true(tcp_begins_another(&open, &other, CLIENT));
	assert_false(tcp_begins_another(&open, &other, SERVER)); /* both at once */
	see(&open, SERVER, 0, TCP_RST, 0, 11, 0);
	assert_true(tcp_begins_another(&open, &same, CLIENT));
	assert_false(tcp_begins_another(&open, &data, CLIENT));
	see(&middle, CLIENT, 0, TCP_ACK, 10, 0, 5);
	assert_true(tcp_begins_another(&middle, &same, CLIENT));
	assert_true(tcp_begins_another(&middle, &same, SERVER));
	see(&answered, SERVER, 0, TCP_SYN | TCP_ACK, 500, 11, 0);
	assert_false(tcp_begins_another(&answered, &same, CLIENT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(measures_the_handshake_once),
		cmocka_unit_test(a_partial_handshake_is_not_measured),
		cmocka_unit_test(distinguishes_new_bytes_from_old_ones),
		cmocka_unit_test(tells_reordering_from_retransmission),
		cmocka_unit_test(forgets_a_hole_that_is_far_below),
		cmocka_unit_test(acknowledged_bytes_that_were_not_captured_are_missed),
		cmocka_unit_test(more_holes_than_are_kept_are_missed_too),
		cmocka_unit_test(what_may_be_older_than_the_capture_is_not_missed),
		cmocka_unit_test(the_last_bytes_are_missed_only_at_the_end),
		cmocka_unit_test(nothing_is_missed_where_a_length_is_not_known),
		cmocka_unit_test(counts_what_tells_of_trouble),
		cmocka_unit_test(syn_and_fin_take_a_sequence_number),
		cmocka_unit_test(data_in_a_syn_is_payload),
		cmocka_unit_test(closes_after_a_fin_each_way_or_a_reset),
		cmocka_unit_test(knows_the_syn_of_another_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
