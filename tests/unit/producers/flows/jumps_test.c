#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/when.h"
#include "producers/flows/jumps.h"

#define NOW INT64_C(1700000000)
#define Y1990 (INT64_C(631152000) - NOW)
#define Y2100 (INT64_C(4102444800) - NOW)

/* Seconds after NOW that go in, and those that come out: before the end of the input, and then. */
struct row {
	int64_t in[10], out[10];
	size_t in_count, out_count, released;
};

static const struct row rows[] = {
	{{0, 1, 2}, {0, 1, 2}, 3, 3, 0},
	{{0, Y2100, 1, 2}, {0, 1, 2}, 4, 3, 0},
	{{0, Y1990, 1, 2}, {0, 1, 2}, 4, 3, 0},
	{{0, Y2100, Y1990, 1, Y1990, 2}, {0, 1, 2}, 6, 3, 0},
	{{0, Y2100, Y2100, Y2100, 1}, {0, 1}, 5, 2, 0},
	{{0, 11, 1, 2}, {0, 1, 2}, 4, 3, 0},
	{{0, 10, 1, 2}, {0, 10, 1, 2}, 4, 4, 0},
	{{0, 100, 200, 300, 400}, {0, 100, 200, 300, 400}, 5, 5, 0},
	{{0, 100, 101, 102, 103}, {0, 100, 101, 102, 103}, 5, 5, 0},
	{{0, -100, -99, -98, -97}, {0, -100, -99, -98, -97}, 5, 5, 0},
	{{0, 7200}, {0, 7200}, 2, 2, 1},
	{{0, -7200, -7199}, {0, -7200, -7199}, 3, 3, 2},
	{{Y2100, 0, 1, 2, 3}, {Y2100, 0, 1, 2, 3}, 5, 5, 0},
};

static void check(const struct row *row, size_t batch)
{
	struct jumps jumps = {0};
	struct packet out[20 + JUMPS_BATCH];
	size_t count = 0;

	for (size_t i = 0; i < row->in_count; i += batch) {
		struct packet packets[JUMPS_BATCH];
		size_t more = 0;

		for (; more < batch && i + more < row->in_count; more++)
			packets[more].time.ns = (NOW + row->in[i + more]) * NS_PER_SECOND;
		more = jumps_pass(&jumps, packets, more);
		memcpy(out + count, packets, more * sizeof(packets[0]));
		count += more;
	}
	assert_int_equal(jumps_release(&jumps, out + count), row->released);
	count += row->released;
	assert_int_equal(count, row->out_count);
	assert_int_equal(jumps.strays, row->in_count - count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(out[i].time.ns, (NOW + row->out[i]) * NS_PER_SECOND);
}

static void a_time_that_the_next_packets_deny_is_dropped(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t batch = 1; batch <= rows[i].in_count; batch++)
			check(&rows[i], batch);
	}
}

/* Frames with a tunnel, of which both packets are metered. */
static void a_frame_of_two_packets_is_one(void **state)
{
	static const struct row tunnelled[] = {
		{{0, Y2100, Y2100, 1}, {0, 1}, 4, 2, 0},
		{{0, Y2100, Y2100, Y2100, Y2100}, {0, Y2100, Y2100, Y2100, Y2100}, 5, 5, 0},
		{{0, Y2100, Y2100}, {0, Y2100, Y2100}, 3, 3, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tunnelled) / sizeof(tunnelled[0]); i++) {
		const struct row *row = &tunnelled[i];
		struct jumps jumps = {0};
		struct packet packets[JUMPS_BATCH] = {0};
		size_t count;

		for (size_t j = 0; j < 2 * row->in_count; j++) {
			packets[j].time.ns = (NOW + row->in[j / 2]) * NS_PER_SECOND;
			packets[j].carries = j % 2 == 0;
		}
		count = jumps_pass(&jumps, packets, 2 * row->in_count);
		count += jumps_release(&jumps, packets + count);
		assert_int_equal(count, 2 * row->out_count);
		for (size_t j = 0; j < count; j++)
			assert_int_equal(packets[j].time.ns,
					 (NOW + row->out[j / 2]) * NS_PER_SECOND);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_that_the_next_packets_deny_is_dropped),
		cmocka_unit_test(a_frame_of_two_packets_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
