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

	tcp_take(tcp, CLIENT, &flow);
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
	assert_int_equal(see(&tcp, CLIENT, 0, TCP_ACK, 10, 107, 5), TCP_RETRANSMISSION);
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
		cmocka_unit_test(syn_and_fin_take_a_sequence_number),
		cmocka_unit_test(data_in_a_syn_is_payload),
		cmocka_unit_test(closes_after_a_fin_each_way_or_a_reset),
		cmocka_unit_test(knows_the_syn_of_another_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
