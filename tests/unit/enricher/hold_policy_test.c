#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "enricher/hold_policy.h"

static struct when at(int64_t seconds)
{
	return (struct when){seconds * NS_PER_SECOND};
}

static struct hold_policy new_policy(void)
{
	return (struct hold_policy){.max_hold_ns = 60 * NS_PER_SECOND,
				    .max_ahead_ns = 5 * NS_PER_SECOND,
				    .known = WHEN_MIN,
				    .moved = WHEN_MIN};
}

static void a_flow_waits_while_known_moves(void **state)
{
	struct hold_policy policy = new_policy();

	(void)state;
	assert_null(hold_policy_ask(&policy, at(1000), at(1000)));
	for (int64_t now = 1000; now < 2000; now += 25) {
		hold_policy_see(&policy, at(now - 500), true, at(now));
		assert_null(hold_policy_ask(&policy, at(now - 490), at(now)));
	}
}

/* Checks every second from FROM to TO, while KNOWN does not move. */
static void check(struct hold_policy *policy, struct when known, int64_t from, int64_t to)
{
	for (int64_t now = from; now <= to; now++)
		hold_policy_see(policy, known, true, at(now));
}

static void answers_are_provisional_once_known_stands_still_until_it_moves(void **state)
{
	struct hold_policy policy = new_policy();

	(void)state;
	check(&policy, at(990), 1000, 1059);
	assert_null(hold_policy_ask(&policy, at(1000), at(1059)));
	check(&policy, at(990), 1060, 1060);
	assert_string_equal(hold_policy_ask(&policy, at(1000), at(1060)), "kube_stalled");
	check(&policy, at(990), 1061, 1100);
	assert_string_equal(hold_policy_ask(&policy, at(1099), at(1100)), "kube_stalled");
	hold_policy_see(&policy, at(991), true, at(1101));
	assert_null(hold_policy_ask(&policy, at(1099), at(1101)));
}

static void what_was_not_checked_does_not_count_as_stalled(void **state)
{
	struct hold_policy policy = new_policy();

	(void)state;
	check(&policy, at(990), 1000, 1050);
	/* The process was stopped; what came in the meantime is not read yet. */
	hold_policy_see(&policy, at(990), true, at(5000));
	assert_null(hold_policy_ask(&policy, at(1000), at(5000)));
	check(&policy, at(990), 5001, 5059);
	assert_null(hold_policy_ask(&policy, at(1000), at(5059)));
	check(&policy, at(990), 5060, 5060);
	assert_string_equal(hold_policy_ask(&policy, at(1000), at(5060)), "kube_stalled");
}

static void known_does_not_stand_still_while_there_is_more_to_read(void **state)
{
	struct hold_policy policy = new_policy();

	(void)state;
	for (int64_t now = 1000; now < 1200; now++) {
		hold_policy_see(&policy, at(990), false, at(now));
		assert_null(hold_policy_ask(&policy, at(1000), at(now)));
	}
	check(&policy, at(990), 1200, 1258);
	assert_null(hold_policy_ask(&policy, at(1000), at(1258)));
	check(&policy, at(990), 1259, 1259);
	assert_string_equal(hold_policy_ask(&policy, at(1000), at(1259)), "kube_stalled");
}

static void a_short_hold_is_kept_by_checks_that_are_further_apart(void **state)
{
	struct hold_policy policy = new_policy();

	(void)state;
	policy.max_hold_ns = NS_PER_SECOND / 10;
	hold_policy_see(&policy, at(990), true, (struct when){1000 * NS_PER_SECOND});
	hold_policy_see(&policy, at(990), true,
			(struct when){1000 * NS_PER_SECOND + NS_PER_SECOND / 10});
	assert_string_equal(
		hold_policy_ask(&policy, at(1000),
				(struct when){1000 * NS_PER_SECOND + NS_PER_SECOND / 10}),
		"kube_stalled");
}

static void a_topic_without_any_progress_stalls_from_the_first_check_on(void **state)
{
	struct hold_policy policy = new_policy();

	(void)state;
	check(&policy, WHEN_MIN, 1000, 1059);
	assert_null(hold_policy_ask(&policy, at(1000), at(1059)));
	check(&policy, WHEN_MIN, 1060, 1060);
	assert_string_equal(hold_policy_ask(&policy, at(1000), at(1060)), "kube_stalled");
}

static void known_that_was_old_at_the_start_is_so_until_it_moves(void **state)
{
	struct hold_policy policy = new_policy(), empty = new_policy();

	(void)state;
	assert_true(hold_policy_is_old(&policy, at(900), at(1000)));
	assert_false(hold_policy_is_old(&policy, at(940), at(1000)));
	check(&policy, at(900), 1000, 1030);
	assert_true(hold_policy_is_old(&policy, at(900), at(1030)));
	hold_policy_see(&policy, at(901), true, at(1031));
	assert_false(hold_policy_is_old(&policy, at(901), at(1031)));
	/* It comes an hour late: it moves, so flows have only to wait. */
	assert_false(hold_policy_is_old(&policy, at(902), at(4502)));
	check(&empty, WHEN_MIN, 1000, 1001);
	hold_policy_see(&empty, at(900), true, at(1002));
	assert_false(hold_policy_is_old(&empty, at(900), at(1002)));
}

static void a_flow_in_the_future_does_not_block_its_partition(void **state)
{
	struct hold_policy policy = new_policy();

	(void)state;
	hold_policy_see(&policy, at(999), true, at(1000));
	assert_null(hold_policy_ask(&policy, at(1005), at(1000)));
	assert_string_equal(hold_policy_ask(&policy, at(1006), at(1000)), "future_flow");
}

/* Our own clock is slow, then: known is by the clock of tenure-kube. */
static void a_flow_ahead_of_the_clock_but_not_of_known_waits(void **state)
{
	struct hold_policy policy = new_policy();

	(void)state;
	hold_policy_see(&policy, at(1030), true, at(1000));
	assert_null(hold_policy_ask(&policy, at(1035), at(1000)));
	assert_string_equal(hold_policy_ask(&policy, at(1036), at(1000)), "future_flow");
}

static void a_patient_run_waits_while_known_stands_still(void **state)
{
	struct hold_policy policy = new_policy();

	(void)state;
	policy.patient = true;
	check(&policy, at(990), 1000, 1100);
	assert_null(hold_policy_ask(&policy, at(1000), at(1100)));
	assert_string_equal(hold_policy_ask(&policy, at(1161), at(1100)), "future_flow");
	/* It waits, but it is not ready. */
	assert_true(hold_policy_is_stalled(&policy, at(1100)));
}

static void a_bounded_run_waits_for_nothing(void **state)
{
	struct hold_policy policy = new_policy();

	(void)state;
	policy.bounded = true;
	hold_policy_see(&policy, at(999), true, at(1000));
	assert_string_equal(hold_policy_ask(&policy, at(1000), at(1000)), "kube_ended");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_waits_while_known_moves),
		cmocka_unit_test(answers_are_provisional_once_known_stands_still_until_it_moves),
		cmocka_unit_test(what_was_not_checked_does_not_count_as_stalled),
		cmocka_unit_test(known_does_not_stand_still_while_there_is_more_to_read),
		cmocka_unit_test(a_short_hold_is_kept_by_checks_that_are_further_apart),
		cmocka_unit_test(a_topic_without_any_progress_stalls_from_the_first_check_on),
		cmocka_unit_test(known_that_was_old_at_the_start_is_so_until_it_moves),
		cmocka_unit_test(a_flow_in_the_future_does_not_block_its_partition),
		cmocka_unit_test(a_flow_ahead_of_the_clock_but_not_of_known_waits),
		cmocka_unit_test(a_patient_run_waits_while_known_stands_still),
		cmocka_unit_test(a_bounded_run_waits_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
