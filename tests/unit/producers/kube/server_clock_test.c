#include "producers/kube/server_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/program/log.h"

static struct when at_ms(int64_t ms)
{
	return (struct when){ms * NS_PER_MS};
}

static void an_answer_proves_how_far_apart_the_clocks_are_at_least(void **state)
{
	static const struct {
		int64_t asked_ms, date, came_ms, ahead_ms;
	} cases[] = {
		{100000, 100, 100000, 0},
		{100900, 100, 100950, 0},
		{99990, 100, 100010, 0},
		{101000, 100, 101000, 0},
		{99000, 100, 99500, -500},
		{102500, 100, 102600, 1500},
		{3700000, 100, 3700001, 3599000},
		{100000, 3700, 100200, -3599800},
		/* It took long, and proves little. */
		{90000, 100, 130000, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct server_clock clock = {0};

		server_clock_see(&clock, at_ms(cases[i].asked_ms), cases[i].date,
				 at_ms(cases[i].came_ms), at_ms(0));
		assert_int_equal(clock.ahead_ns, cases[i].ahead_ms * NS_PER_MS);
		assert_false(clock.said);
	}
}

static void it_is_said_after_two_answers_and_so_is_its_end(void **state)
{
	struct server_clock clock = {0};

	(void)state;
	server_clock_see(&clock, at_ms(3700000), 100, at_ms(3700000), at_ms(1000));
	assert_false(clock.said);
	server_clock_see(&clock, at_ms(3701000), 101, at_ms(3701000), at_ms(2000));
	assert_true(clock.said);
	assert_int_equal(clock.since.ns, at_ms(2000).ns);
	server_clock_see(&clock, at_ms(3702000), 102, at_ms(3702000), at_ms(3000));
	assert_int_equal(clock.since.ns, at_ms(2000).ns);
	server_clock_see(&clock, at_ms(103000), 103, at_ms(103000), at_ms(4000));
	assert_false(clock.said);
	assert_int_equal(clock.ahead_ns, 0);
}

static void a_clock_that_is_set_between_two_answers_is_not_wrong(void **state)
{
	struct server_clock clock = {0};

	(void)state;
	/* Set forward, then back, each while an answer came. */
	server_clock_see(&clock, at_ms(110000), 100, at_ms(110000), at_ms(1000));
	server_clock_see(&clock, at_ms(90000), 101, at_ms(90000), at_ms(2000));
	assert_false(clock.said);
	server_clock_see(&clock, at_ms(102000), 102, at_ms(102000), at_ms(3000));
	assert_false(clock.said);
}

static void a_clock_that_turns_from_ahead_to_behind_is_said_again(void **state)
{
	struct server_clock clock = {0};

	(void)state;
	server_clock_see(&clock, at_ms(3700000), 100, at_ms(3700000), at_ms(1000));
	server_clock_see(&clock, at_ms(3701000), 101, at_ms(3701000), at_ms(2000));
	assert_true(clock.said);
	assert_false(clock.said_behind);
	server_clock_see(&clock, at_ms(50000), 102, at_ms(50000), at_ms(3000));
	assert_false(clock.said_behind);
	server_clock_see(&clock, at_ms(51000), 103, at_ms(51000), at_ms(4000));
	assert_true(clock.said);
	assert_true(clock.said_behind);
	/* They have not agreed since then. */
	assert_int_equal(clock.since.ns, at_ms(2000).ns);
	server_clock_see(&clock, at_ms(3704000), 104, at_ms(3704000), at_ms(5000));
	server_clock_see(&clock, at_ms(3705000), 105, at_ms(3705000), at_ms(6000));
	assert_false(clock.said_behind);
	server_clock_see(&clock, at_ms(106000), 106, at_ms(106000), at_ms(7000));
	assert_false(clock.said);
}

static void an_answer_without_a_date_says_nothing(void **state)
{
	struct server_clock clock = {.ahead_ns = 5};

	(void)state;
	server_clock_see(&clock, at_ms(100000), 0, at_ms(100000), at_ms(0));
	server_clock_see(&clock, at_ms(100000), -1, at_ms(100000), at_ms(0));
	server_clock_see(&clock, at_ms(100000), INT64_MAX, at_ms(100000), at_ms(0));
	assert_int_equal(clock.ahead_ns, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_proves_how_far_apart_the_clocks_are_at_least),
		cmocka_unit_test(it_is_said_after_two_answers_and_so_is_its_end),
		cmocka_unit_test(a_clock_that_is_set_between_two_answers_is_not_wrong),
		cmocka_unit_test(a_clock_that_turns_from_ahead_to_behind_is_said_again),
		cmocka_unit_test(an_answer_without_a_date_says_nothing),
	};

	log_init("test", LOG_LEVEL_INFO, LOG_LOGFMT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
