/* Segments that overtake each other are no retransmissions and cost no response time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "producers/flows/flow_table.h"
#include "tests/unit/producers/flows/flow_packets.h"

#define CLIENT 1
#define REQUESTS 1000
#define PIECES 4 /* segments of a request, and of an answer */
#define PIECE 1000
#define JITTER (5 * NS_PER_MS)
#define GAP (NS_PER_MS) /* between the segments of a message */

static uint32_t random32(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1;
	return (uint32_t)(*state >> 33);
}

static int compare_times(const void *a, const void *b)
{
	const struct packet *x = a, *y = b;

	return (x->time.ns > y->time.ns) - (x->time.ns < y->time.ns);
}

/* A message of PIECES segments, each late by up to JITTER. Returns the time of the last. */
static int64_t add_message(struct flow_packets *run, uint64_t *random, int64_t time, bool answer,
			   uint32_t number)
{
	uint32_t sequence = 1 + number * PIECES * PIECE;
	struct packet packets[PIECES];

	for (unsigned i = 0; i < PIECES; i++) {
		packets[i] =
			flow_packets_make(TRANSPORT_TCP, time + i * GAP + random32(random) % JITTER,
					  answer ? SERVER : CLIENT, answer ? CLIENT : SERVER,
					  TCP_ACK, sequence + i * PIECE);
		packets[i].payload = PIECE;
		packets[i].acknowledgment = answer ? sequence + PIECES * PIECE : sequence;
	}
	qsort(packets, PIECES, sizeof(packets[0]), compare_times);
	for (unsigned i = 0; i < PIECES; i++)
		flow_packets_add(run, packets[i]);
	return packets[PIECES - 1].time.ns - FLOW_PACKETS_START;
}

static void jitter_costs_no_response_time(void **state)
{
	struct flow_packets *run = flow_packets_new(8, 1);
	uint64_t random = 1, requests = 0, times = 0, out_of_order = 0;
	int64_t time = 0;

	(void)state;
	for (uint32_t i = 0; i < REQUESTS; i++) {
		time = add_message(run, &random, time, false, i) + 10 * NS_PER_MS;
		time = add_message(run, &random, time, true, i) + NS_PER_MS;
	}
	flow_packets_drain(run);
	for (size_t i = 0; i < run->count; i++) {
		const struct flow *flow = &run->out[i];

		requests += flow->requests;
		times += flow->response_time.count;
		out_of_order += flow->source.out_of_order;
		assert_int_equal(flow->source.retransmissions, 0);
		assert_int_equal(flow->destination.retransmissions, 0);
	}
	assert_int_equal(requests, REQUESTS);
	assert_int_equal(times, REQUESTS);
	assert_true(out_of_order > REQUESTS / 2);
	flow_packets_free(run);
}

/* A late part of an answer comes after the next request, which it does not answer. */
static void a_late_segment_answers_no_later_request(void **state)
{
	static const struct {
		int64_t ms;
		uint8_t from;
		uint32_t sequence, acknowledgment;
	} segments[] = {
		{0, CLIENT, 1, 1},    {10, SERVER, 1, 61},  {11, SERVER, 121, 61},
		{12, CLIENT, 61, 61}, {13, SERVER, 61, 61}, {52, SERVER, 181, 121},
	};
	struct flow_packets *run = flow_packets_new(8, 1);

	(void)state;
	for (size_t i = 0; i < sizeof(segments) / sizeof(segments[0]); i++) {
		struct packet packet = flow_packets_make(
			TRANSPORT_TCP, segments[i].ms * NS_PER_MS, segments[i].from,
			segments[i].from == CLIENT ? SERVER : CLIENT, TCP_ACK,
			segments[i].sequence);

		packet.acknowledgment = segments[i].acknowledgment;
		flow_packets_add(run, packet);
	}
	flow_packets_drain(run);
	assert_int_equal(run->count, 1);
	assert_int_equal(run->out[0].response_time.count, 2);
	assert_int_equal(run->out[0].response_time.min, 10 * NS_PER_MS);
	assert_int_equal(run->out[0].response_time.max, 40 * NS_PER_MS);
	flow_packets_free(run);
}

/* What was sent again, after the first segment of the second request: its first segment, which was
 * not acknowledged; the same after an acknowledgment; the first request. */
static void only_a_doubtful_request_is_not_timed(void **state)
{
	static const struct {
		uint32_t sequence;
		uint32_t acknowledged;
		uint64_t times;
	} cases[] = {{61, 0, 1}, {61, 121, 2}, {1, 0, 2}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flow_packets *run = flow_packets_new(8, 1);
		const struct {
			uint8_t from;
			uint32_t sequence, acknowledgment, payload;
		} segments[] = {
			{CLIENT, 1, 1, 60},
			{SERVER, 1, 61, 60},
			{CLIENT, 61, 61, 60},
			{SERVER, 61, cases[i].acknowledged, 0},
			{CLIENT, cases[i].sequence, 61, 60},
			{SERVER, 61, 121, 60},
		};

		for (size_t j = 0; j < sizeof(segments) / sizeof(segments[0]); j++) {
			struct packet packet = flow_packets_make(
				TRANSPORT_TCP, (int64_t)j * NS_PER_MS, segments[j].from,
				segments[j].from == CLIENT ? SERVER : CLIENT, TCP_ACK,
				segments[j].sequence);

			packet.acknowledgment = segments[j].acknowledgment;
			packet.payload = segments[j].payload;
			flow_packets_add(run, packet);
		}
		flow_packets_drain(run);
		assert_int_equal(run->count, 1);
		assert_int_equal(run->out[0].requests, 2);
		assert_int_equal(run->out[0].response_time.count, cases[i].times);
		assert_int_equal(run->out[0].source.retransmissions, 1);
		assert_int_equal(flow_table_get_stats(run->table).untimed[TURNS_RETRANSMITTED],
				 2 - cases[i].times);
		flow_packets_free(run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jitter_costs_no_response_time),
		cmocka_unit_test(a_late_segment_answers_no_later_request),
		cmocka_unit_test(only_a_doubtful_request_is_not_timed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
