/* What progress says, on a terminal and in the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/program/progress.h"

#define START ((struct when){INT64_C(1700000000) * NS_PER_SECOND + 5})

static void a_line_tells_how_far_it_is(void **state)
{
	static const struct {
		struct progress progress;
		const char *terminal;
		const char *log;
	} cases[] = {
		{{1200000000, 2400000000, 5000000, "packets", 10 * NS_PER_SECOND, START, false, 0,
		  0},
		 "[##########          ]  50 %  1.2 GB of 2.4 GB, 5 M packets, 500 k/s, "
		 "2023-11-14T22:13:20Z, 0:00:10 left",
		 "read=1200000000 of=2400000000 percent=50.0 packets=5000000 "
		 "packets_per_second=500000 event_time=2023-11-14T22:13:20Z seconds_left=10"},
		/* A pipe. */
		{{999, 0, 7, "packets", 2 * NS_PER_SECOND, WHEN_MIN, false, 0, 0},
		 "999 B, 7 packets, 4/s",
		 "read=999 packets=7 packets_per_second=4"},
		/* The first second tells no time. */
		{{1, 1000, 0, "packets", NS_PER_MS, WHEN_MIN, false, 0, 0},
		 "[                    ]   0 %  1 B of 1 kB, 0 packets, 0/s",
		 "read=1 of=1000 percent=0.1 packets=0 packets_per_second=0"},
		/* The file has grown. */
		{{3000, 2000, 1, "records", 4000 * NS_PER_SECOND, WHEN_MIN, false, 0, 0},
		 "[####################] 100 %  3 kB of 2 kB, 1 records, 0/s, 0:00:00 left",
		 "read=3000 of=2000 percent=100.0 records=1 records_per_second=0 seconds_left=0"},
		{{1000, 11000000, 1, "packets", 2 * NS_PER_SECOND, WHEN_MIN, false, 0, 0},
		 "[                    ]   0 %  1 kB of 11 MB, 1 packets, 0/s, 6:06:38 left",
		 "read=1000 of=11000000 percent=0.0 packets=1 packets_per_second=0 "
		 "seconds_left=21998"},
		/* A topic. */
		{{41200000, 66400000, 41000000, "flows", 100 * NS_PER_SECOND, START, true, 0, 0},
		 "[############        ]  62 %  41.2 M offsets of 66.4 M offsets, 41 M flows, 410 "
		 "k/s, "
		 "2023-11-14T22:13:20Z, 0:01:01 left",
		 "read=41200000 of=66400000 percent=62.0 flows=41000000 flows_per_second=410000 "
		 "event_time=2023-11-14T22:13:20Z seconds_left=61"},
		{{UINT64_MAX, UINT64_MAX, UINT64_MAX, "packets", 1, WHEN_MIN, false, 0, 0},
		 NULL,
		 NULL},
	};
	char line[PROGRESS_LINE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t length = progress_format(&cases[i].progress, false, line);

		assert_true(length < sizeof(line) && line[length] == '\0');
		if (cases[i].terminal != NULL)
			assert_string_equal(line, cases[i].terminal);
		length = progress_format(&cases[i].progress, true, line);
		assert_true(length < sizeof(line) && line[length] == '\0');
		if (cases[i].log != NULL)
			assert_string_equal(line, cases[i].log);
	}
}

static void the_time_left_is_at_the_rate_so_far(void **state)
{
	struct progress progress = {.done = 25, .total = 100, .elapsed_ns = 2 * NS_PER_SECOND};

	(void)state;
	assert_int_equal(progress_left_ns(&progress), 6 * NS_PER_SECOND);
	progress.done = 0;
	assert_int_equal(progress_left_ns(&progress), -1);
	progress.done = 100;
	assert_int_equal(progress_left_ns(&progress), 0);
	/* 10 s until the group has partitions; from then on 15 in 2 s. */
	progress = (struct progress){.done = 25,
				     .total = 100,
				     .elapsed_ns = 12 * NS_PER_SECOND,
				     .before = 10,
				     .waited_ns = 10 * NS_PER_SECOND};
	assert_int_equal(progress_left_ns(&progress), 10 * NS_PER_SECOND);
	progress.done = progress.before;
	assert_int_equal(progress_left_ns(&progress), -1);
	progress = (struct progress){.done = 1, .total = UINT64_MAX, .elapsed_ns = INT64_MAX};
	assert_int_equal(progress_left_ns(&progress), -1);
}

static void a_wait_before_the_first_is_no_work(void **state)
{
	struct progress progress = {.total = 100, .unit = "flows", .event = WHEN_MIN};
	struct progress_show show = progress_begin();

	(void)state;
	progress_tell(&show, &progress);
	assert_false(show.begun);
	show.started = when_add(show.started, -10 * NS_PER_SECOND);
	progress.done = 7;
	progress.count = 7;
	progress_tell(&show, &progress);
	assert_true(show.begun && show.waited_ns >= 10 * NS_PER_SECOND);
	progress.count = progress.done = 9;
	progress_tell(&show, &progress);
	assert_int_equal(show.before, 7);
}

static void it_can_be_logged_at_once(void **state)
{
	struct progress progress = {.done = 10, .count = 1, .unit = "flows", .event = WHEN_MIN};
	struct progress_show show = progress_begin();

	(void)state;
	show.started = when_add(show.started, -4 * NS_PER_SECOND);
	progress_log(&show, &progress);
	assert_true(progress.elapsed_ns >= 4 * NS_PER_SECOND);
	assert_false(progress_is_due(&show, show.started));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_tells_how_far_it_is),
		cmocka_unit_test(the_time_left_is_at_the_rate_so_far),
		cmocka_unit_test(a_wait_before_the_first_is_no_work),
		cmocka_unit_test(it_can_be_logged_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
