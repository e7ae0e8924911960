/* docs/answers.md section 6: which recorded holders count, and what they prove. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/timeline/rules/possible.h"

#define SKEW (500 * NS_PER_MS)
#define LIST_MAX 3

static struct when s(int64_t seconds)
{
	return (struct when){seconds * NS_PER_SECOND};
}

/* A holder that is certain from CERTAIN_FROM to CERTAIN_TO, in seconds. */
static struct tenure holder(enum holder_kind kind, size_t who, int64_t certain_from,
			    int64_t certain_to)
{
	struct tenure tenure = {
		.binding = {.kind = kind, .holder = who, .who = who},
		.at = {s(certain_from - 5), s(certain_from), s(certain_to), s(certain_to + 5)},
	};

	tenure.binding.evidence = evidence_none();
	return tenure;
}

/* All TENURES, for a flow over [100, 101]. */
static size_t list(const struct tenure *tenures, size_t count, struct possible *possible)
{
	for (size_t t = 0; t < count; t++)
		possible[t] = (struct possible){
			&tenures[t], asof_is_certain(&tenures[t], s(100), s(101)), false, false};
	return count;
}

static struct possible_verdict judge(const struct tenure *tenures, size_t count)
{
	struct possible possible[LIST_MAX];

	return possible_judge(possible, list(tenures, count, possible), s(100), s(101), SKEW);
}

static void one_holder_is_certain_if_one_of_its_bindings_is(void **state)
{
	const struct tenure both[] = {
		holder(HOLDER_POD, 1, 102, 200),
		holder(HOLDER_POD, 1, 50, 101),
	};
	struct possible_verdict verdict = judge(both, 2);

	(void)state;
	assert_int_equal(verdict.holders, POSSIBLE_ONE);
	assert_ptr_equal(verdict.tenure, &both[0]);
	assert_true(verdict.certain);
	assert_false(judge(both, 1).certain);
	assert_int_equal(judge(both, 0).holders, POSSIBLE_NONE);
}

static void two_holders_may_be_certain_together(void **state)
{
	struct tenure two[] = {
		holder(HOLDER_POD, 1, 101, 200),
		holder(HOLDER_POD, 2, 50, 100),
	};

	(void)state;
	assert_int_equal(judge(two, 2).holders, POSSIBLE_MANY);
	assert_false(judge(two, 2).together);
	two[1].at.certain_to = s(101);
	assert_true(judge(two, 2).together);
	two[1].binding.who = 1; /* two mirrors of one static pod */
	assert_int_equal(judge(two, 2).holders, POSSIBLE_ONE);
}

static void a_lost_holder_may_have_been_followed(void **state)
{
	struct tenure pod = holder(HOLDER_POD, 1, 50, 90), node = holder(HOLDER_NODE, 1, 50, 90);

	(void)state;
	pod.binding.evidence.how = node.binding.evidence.how = BINDING_LOST;
	pod.binding.evidence.ended_received = node.binding.evidence.ended_received = s(95);
	assert_true(judge(&pod, 1).lost);
	assert_false(judge(&pod, 1).lost_node);
	assert_true(judge(&node, 1).lost_node);
	pod.binding.evidence.ended_received = s(102);
	assert_false(judge(&pod, 1).lost);
}

static void of_a_node_and_its_only_pod_one_is_left_out(void **state)
{
	struct tenure two[] = {
		holder(HOLDER_NODE, 1, 50, 200),
		holder(HOLDER_POD, 2, 99, 200),
	};
	struct possible possible[LIST_MAX];
	size_t count = list(two, 2, possible);

	(void)state;
	two[0].binding.evidence.identity = two[1].binding.evidence.node = 7;
	assert_int_equal(possible_leave_out(possible, count), 1);
	assert_ptr_equal(possible[0].tenure, &two[1]);
	two[1].at.certain_from = s(101);
	assert_int_equal(possible_leave_out(possible, list(two, 2, possible)), 1);
	assert_ptr_equal(possible[0].tenure, &two[0]);
	two[1].binding.evidence.node = 8;
	assert_int_equal(possible_leave_out(possible, list(two, 2, possible)), 2);
}

static void shared_services_are_told_apart_by_port_and_give_way_to_machines(void **state)
{
	struct tenure three[] = {
		holder(HOLDER_SERVICE, 1, 50, 200),
		holder(HOLDER_SERVICE, 2, 50, 200),
		holder(HOLDER_NODE, 3, 50, 200),
	};
	struct possible possible[LIST_MAX];
	size_t count;

	(void)state;
	three[0].binding.evidence.shared = three[1].binding.evidence.shared = true;
	count = list(three, 2, possible);
	assert_int_equal(possible_leave_out(possible, count), 2); /* no port tells */
	possible[1].port = true;
	assert_int_equal(possible_leave_out(possible, count), 1);
	assert_ptr_equal(possible[0].tenure, &three[1]);
	count = list(three, 3, possible);
	assert_int_equal(possible_leave_out(possible, count), 1);
	assert_ptr_equal(possible[0].tenure, &three[2]);
	three[2].at.certain_to = s(100);
	assert_int_equal(possible_leave_out(possible, list(three, 3, possible)), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_holder_is_certain_if_one_of_its_bindings_is),
		cmocka_unit_test(two_holders_may_be_certain_together),
		cmocka_unit_test(a_lost_holder_may_have_been_followed),
		cmocka_unit_test(of_a_node_and_its_only_pod_one_is_left_out),
		cmocka_unit_test(shared_services_are_told_apart_by_port_and_give_way_to_machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
