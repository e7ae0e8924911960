#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "common/base/when.h"
#include "producers/flows/closed.h"

#define NOW (INT64_C(1700000000) * NS_PER_SECOND)

/* Whether a RST of connection NUMBER is late after AFTER_NS. All have the same TAG. */
static bool late(struct closed *closed, unsigned number, int64_t after_ns)
{
	struct flow_key key = {{number}};
	struct packet packet = {
		.time = {NOW + after_ns}, .protocol = TRANSPORT_TCP, .tcp_flags = TCP_RST};

	return closed_is_late(closed, &key, 7, &packet, 0);
}

static void add(struct closed *closed, unsigned number)
{
	const uint32_t next[2] = {100, UINT32_MAX};
	struct flow_key key = {{number}};

	closed_add(closed, &key, 7, (struct when){NOW}, next);
}

static void remembers_the_newest_connections(void **state)
{
	struct closed *closed = closed_new(3);

	(void)state;
	assert_non_null(closed);
	for (unsigned number = 0; number < 10; number++) {
		add(closed, number);
		for (unsigned i = 0; i < 12; i++)
			assert_int_equal(late(closed, i, 1), i <= number && i + 3 > number);
	}
	closed_free(closed);
}

static void forgets_after_a_minute_without_a_segment(void **state)
{
	struct closed *closed = closed_new(1);

	(void)state;
	add(closed, 1);
	assert_true(late(closed, 1, CLOSED_LIFE_NS));
	assert_true(late(closed, 1, 2 * CLOSED_LIFE_NS));
	assert_false(late(closed, 1, 3 * CLOSED_LIFE_NS + 1));
	assert_false(late(closed, 1, -3 * CLOSED_LIFE_NS)); /* the clock was set back */
	closed_free(closed);
}

static void a_late_segment_brings_no_bytes(void **state)
{
	static const struct {
		unsigned direction;
		uint8_t protocol, flags;
		uint32_t sequence, payload;
		bool late;
	} cases[] = {
		{0, TRANSPORT_TCP, TCP_ACK, 100, 0, true},
		{0, TRANSPORT_TCP, TCP_ACK, 90, 10, true},
		{0, TRANSPORT_TCP, TCP_ACK, 90, 11, false},
		{0, TRANSPORT_TCP, TCP_FIN | TCP_ACK, 99, 0, true},
		{0, TRANSPORT_TCP, TCP_FIN | TCP_ACK, 100, 0, false},
		{0, TRANSPORT_TCP, TCP_RST, 5000, 0, true},
		{0, TRANSPORT_TCP, TCP_SYN, 50, 0, false},
		{0, TRANSPORT_TCP, TCP_SYN | TCP_ACK, 50, 0, false},
		{1, TRANSPORT_TCP, TCP_ACK, UINT32_MAX, 0, true},
		{1, TRANSPORT_TCP, TCP_ACK, UINT32_MAX, 2, false},
		{0, TRANSPORT_UDP, 0, 0, 0, false},
	};
	struct closed *closed = closed_new(1);
	const struct flow_key key = {{1}};

	(void)state;
	add(closed, 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct packet packet = {
			.time = {NOW},
			.protocol = cases[i].protocol,
			.tcp_flags = cases[i].flags,
			.sequence = cases[i].sequence,
			.payload = cases[i].payload,
		};

		assert_int_equal(closed_is_late(closed, &key, 7, &packet, cases[i].direction),
				 cases[i].late);
	}
	closed_free(closed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remembers_the_newest_connections),
		cmocka_unit_test(forgets_after_a_minute_without_a_segment),
		cmocka_unit_test(a_late_segment_brings_no_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
