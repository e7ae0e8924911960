#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "enricher/gate.h"

static struct when at(int64_t seconds)
{
	return (struct when){seconds * NS_PER_SECOND};
}

static struct gate new_gate(void)
{
	return (struct gate){
		.max_hold_ns = 60 * NS_PER_SECOND, .known = WHEN_MIN, .moved = WHEN_MIN};
}

static void a_flow_waits_while_known_moves(void **state)
{
	struct gate gate = new_gate();

	(void)state;
	assert_null(gate_ask(&gate, at(1000), at(1000)));
	for (int64_t now = 1000; now < 2000; now += 50) {
		gate_see(&gate, at(now - 500), at(now));
		assert_null(gate_ask(&gate, at(now - 490), at(now)));
	}
}

static void answers_are_provisional_once_known_stands_still_until_it_moves(void **state)
{
	struct gate gate = new_gate();

	(void)state;
	gate_see(&gate, at(990), at(1000));
	gate_see(&gate, at(990), at(1059));
	assert_null(gate_ask(&gate, at(1000), at(1059)));
	gate_see(&gate, at(990), at(1060));
	assert_string_equal(gate_ask(&gate, at(1000), at(1060)), "kube_stalled");
	assert_string_equal(gate_ask(&gate, at(1099), at(1100)), "kube_stalled");
	gate_see(&gate, at(991), at(1101));
	assert_null(gate_ask(&gate, at(1099), at(1101)));
}

static void a_topic_without_any_progress_stands_still_from_the_first_look_on(void **state)
{
	struct gate gate = new_gate();

	(void)state;
	gate_see(&gate, WHEN_MIN, at(1000));
	gate_see(&gate, WHEN_MIN, at(1030));
	assert_null(gate_ask(&gate, at(1000), at(1030)));
	gate_see(&gate, WHEN_MIN, at(1060));
	assert_string_equal(gate_ask(&gate, at(1000), at(1060)), "kube_stalled");
}

static void a_flow_of_the_future_does_not_block_its_partition(void **state)
{
	struct gate gate = new_gate();

	(void)state;
	gate_see(&gate, at(999), at(1000));
	assert_null(gate_ask(&gate, at(1060), at(1000)));
	assert_string_equal(gate_ask(&gate, at(1061), at(1000)), "future_flow");
}

static void a_bounded_run_waits_for_nothing(void **state)
{
	struct gate gate = new_gate();

	(void)state;
	gate.bounded = true;
	gate_see(&gate, at(999), at(1000));
	assert_null(gate_ask(&gate, at(1000), at(1000)));
	gate.kube_ended = true;
	assert_string_equal(gate_ask(&gate, at(1000), at(1000)), "kube_ended");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_waits_while_known_moves),
		cmocka_unit_test(answers_are_provisional_once_known_stands_still_until_it_moves),
		cmocka_unit_test(a_topic_without_any_progress_stands_still_from_the_first_look_on),
		cmocka_unit_test(a_flow_of_the_future_does_not_block_its_partition),
		cmocka_unit_test(a_bounded_run_waits_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
