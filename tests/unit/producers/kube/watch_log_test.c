#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "producers/kube/watch_log.h"

static const struct clocks *now(int64_t seconds)
{
	static struct clocks clocks;
	struct when moment = {seconds * NS_PER_SECOND};

	clocks = (struct clocks){moment, moment, moment};
	return &clocks;
}

static void trouble(struct watch_log *log, struct watch *watch, int64_t second)
{
	snprintf(watch->problem, sizeof(watch->problem), "refused");
	watch_log_problem(log, watch, now(second));
	assert_string_equal(watch->problem, "");
}

static void logs_the_first_problem_and_one_in_ten_minutes(void **state)
{
	(void)state;
	struct watch_log log = {0};
	struct watch watch = {.state = WATCH_TO_WATCH};

	watch_log_problem(&log, &watch, now(99));
	assert_false(log.troubled);
	trouble(&log, &watch, 100);
	assert_true(log.troubled);
	assert_int_equal(log.logged_at.ns, now(100)->tick.ns);
	trouble(&log, &watch, 699);
	assert_int_equal(log.logged_at.ns, now(100)->tick.ns);
	trouble(&log, &watch, 700);
	assert_int_equal(log.logged_at.ns, now(700)->tick.ns);
	assert_int_equal(log.since.ns, now(100)->tick.ns);
}

static void is_in_trouble_until_every_watch_is_open(void **state)
{
	(void)state;
	struct watch_log log = {0};
	struct watch watches[KUBE_RESOURCES] = {0};

	for (int r = 0; r < KUBE_RESOURCES; r++)
		watches[r].state = WATCH_OPEN;
	watches[KUBE_SERVICECIDRS] = (struct watch){.state = WATCH_TO_LIST, .missing = true};
	watches[KUBE_PODS].state = WATCH_OPENING;
	trouble(&log, &watches[KUBE_PODS], 100);
	watch_log_recovery(&log, watches, now(101));
	assert_true(log.troubled);
	watches[KUBE_PODS].state = WATCH_OPEN;
	watch_log_recovery(&log, watches, now(102));
	assert_false(log.troubled);
}

static void a_resource_that_is_left_out_is_not_a_problem(void **state)
{
	(void)state;
	struct watch_log log = {0};
	struct watch watch = {.resource = KUBE_SERVICECIDRS, .missing = true};

	trouble(&log, &watch, 100);
	assert_false(log.troubled);
}

static void says_how_far_a_long_list_is(void **state)
{
	(void)state;
	struct watch watch = {
		.resource = KUBE_PODS,
		.state = WATCH_WRITING,
		.begun = true,
		.begun_at = now(100)->tick,
		.told_at = now(100)->tick,
		.listed = 7000,
	};

	watch_log_list(&watch, now(109));
	assert_int_equal(watch.told_at.ns, now(100)->tick.ns);
	watch_log_list(&watch, now(110));
	assert_int_equal(watch.told_at.ns, now(110)->tick.ns);
	watch.state = WATCH_TO_LIST;
	watch_log_list(&watch, now(119));
	assert_int_equal(watch.told_at.ns, now(110)->tick.ns);
	watch_log_list(&watch, now(120));
	assert_int_equal(watch.told_at.ns, now(120)->tick.ns);
	/* Its end, once. */
	watch.state = WATCH_TO_WATCH;
	watch_log_list(&watch, now(121));
	assert_int_equal(watch.told_at.ns, watch.begun_at.ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logs_the_first_problem_and_one_in_ten_minutes),
		cmocka_unit_test(is_in_trouble_until_every_watch_is_open),
		cmocka_unit_test(says_how_far_a_long_list_is),
		cmocka_unit_test(a_resource_that_is_left_out_is_not_a_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
