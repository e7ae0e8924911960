/* docs/answers.md section 3: what interfaces say that cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/rules/contradictions.h"

#define OPEN INT64_MAX
#define NODE 7

static const struct assumptions assumed = {
	.clock = TIMELINE_SANDBOX,
	.hold_ns = 10 * NS_PER_SECOND,
	.skew_ns = 500 * NS_PER_MS,
	.horizon = {INT64_MIN},
};

static struct when second(int64_t seconds)
{
	return (struct when){seconds * NS_PER_SECOND};
}

/* Pod HOLDER, whose sandbox was ready at READY and whose containers had finished at FINISHED. */
static struct binding pod(size_t holder, int64_t ready, int64_t finished)
{
	struct binding binding = {.kind = HOLDER_POD,
				  .holder = holder,
				  .who = holder,
				  .epoch = holder,
				  .endpoint = WHEN_MIN};

	binding.evidence = evidence_none();
	binding.evidence.node = NODE;
	binding.evidence.start_time = second(ready - 2);
	binding.evidence.sandbox_ready = second(ready);
	binding.evidence.first_received = second(ready + 3);
	if (finished != OPEN) {
		binding.evidence.how = BINDING_FINISHED;
		binding.evidence.last_finished = second(finished);
		binding.evidence.ended_received = second(finished + 2);
	}
	return binding;
}

static struct interface_span span(uint64_t name, int64_t first, int64_t last)
{
	return (struct interface_span){
		.node = NODE,
		.name = name,
		.first = second(first),
		.last = second(last),
		.any_first = second(first),
		.any_last = second(last),
		.since = WHEN_MIN,
		.appeared = WHEN_MAX,
		.until = WHEN_MAX,
		.alone_since = WHEN_MAX,
		.alone_until = WHEN_MIN,
	};
}

static unsigned kinds(struct interface_span one, const struct interface_span *others,
		      size_t other_count, const struct binding *bindings, size_t count)
{
	return contradictions_find(&one, others, other_count, bindings, count, &assumed).kinds;
}

#define BIT(kind) (1u << CONTRADICTION_##kind)

static void two_pods_had_the_address_while_an_interface_carried_it(void **state)
{
	struct binding bindings[] = {pod(1, 10, 40), pod(2, 20, OPEN)};
	struct interface_span one = span(1, 20, 60);
	struct contradictions found = contradictions_find(&one, NULL, 0, bindings, 2, &assumed);

	(void)state;
	assert_int_equal(found.kinds, BIT(TWO_PODS));
	assert_int_equal(found.pods[0], 0);
	assert_int_equal(found.pods[1], 1);
	assert_int_equal(kinds(span(1, 41, 60), NULL, 0, bindings, 2), 0);
	/* Both are mirrors of one pod. */
	bindings[1].who = bindings[0].who;
	assert_int_equal(kinds(one, NULL, 0, bindings, 2), 0);
}

static void an_open_epoch_may_have_ended_unseen(void **state)
{
	struct binding bindings[] = {pod(1, 10, OPEN), pod(2, 12, OPEN)};

	(void)state;
	assert_int_equal(kinds(span(1, 12, 60), NULL, 0, bindings, 2), 0);
	assert_int_equal(kinds(span(1, 11, 60), NULL, 0, bindings, 2), BIT(TWO_PODS));
}

static void others_do_not_count(void **state)
{
	struct binding bindings[] = {pod(1, 10, 40), pod(2, 20, OPEN)};
	struct interface_span one = span(1, 20, 60);
	struct assumptions other = assumed;

	(void)state;
	assert_int_equal(kinds(one, NULL, 0, bindings, 2), BIT(TWO_PODS));
	other.clock = TIMELINE_ENDPOINT;
	assert_int_equal(contradictions_find(&one, NULL, 0, bindings, 2, &other).kinds, 0);
	other = assumed;
	other.horizon = second(43);
	assert_int_equal(contradictions_find(&one, NULL, 0, bindings, 2, &other).kinds, 0);
	bindings[0].evidence.shared = true;
	assert_int_equal(kinds(one, NULL, 0, bindings, 2), 0);
	bindings[0] = pod(1, 10, 40);
	bindings[0].evidence.node = NODE + 1;
	assert_int_equal(kinds(one, NULL, 0, bindings, 2), 0);
	bindings[0] = pod(1, 10, 40);
	bindings[0].evidence.start_time = second(23);
	assert_int_equal(kinds(one, NULL, 0, bindings, 2), 0);
	bindings[0].evidence.identity = 1;
	assert_int_equal(kinds(one, NULL, 0, bindings, 2), BIT(TWO_PODS));
}

static void an_address_was_on_two_interfaces_at_once(void **state)
{
	struct interface_span other = span(2, 10, 30);

	(void)state;
	assert_int_equal(kinds(span(1, 20, 40), &other, 1, NULL, 0), BIT(TWO_INTERFACES));
	assert_int_equal(kinds(span(1, 5, 40), &other, 1, NULL, 0), BIT(TWO_INTERFACES));
	assert_int_equal(kinds(span(1, 30, 40), &other, 1, NULL, 0), 0);
	assert_int_equal(kinds(span(2, 20, 40), &other, 1, NULL, 0), 0);
	other.several = true;
	assert_int_equal(kinds(span(1, 20, 40), &other, 1, NULL, 0), 0);
}

static void an_interface_carried_two_addresses(void **state)
{
	struct interface_span one = span(1, 20, 40), other = span(2, 10, 30);

	(void)state;
	one.several = true;
	assert_int_equal(kinds(one, &other, 1, NULL, 0), BIT(TWO_ADDRESSES));
}

static void a_sandbox_had_two_interfaces_one_after_the_other(void **state)
{
	struct binding bindings[] = {pod(1, 10, 40)};
	struct interface_span other = span(2, 11, 20);
	struct interface_span one = span(1, 25, 50);
	struct contradictions found = contradictions_find(&one, &other, 1, bindings, 1, &assumed);

	(void)state;
	assert_int_equal(found.kinds, BIT(SECOND_INTERFACE));
	assert_int_equal(found.owner, 0);
	assert_int_equal(kinds(span(2, 25, 50), &other, 1, bindings, 1), 0);
	assert_int_equal(kinds(span(1, 42, 50), &other, 1, bindings, 1), 0);
	other.several = true;
	assert_int_equal(kinds(one, &other, 1, bindings, 1), 0);
	other.several = false;
	/* It may have ended unseen, and the second be the next pod's. */
	bindings[0] = pod(1, 10, OPEN);
	assert_int_equal(kinds(one, &other, 1, bindings, 1), 0);
}

static void it_is_looked_at_now_and_then_and_when_it_is_gone(void **state)
{
	struct interface_span before = span(1, 10, 73), after = before;

	(void)state;
	assert_false(contradictions_due(NULL, &(struct interface_span){.until = WHEN_MAX}));
	assert_false(contradictions_due(NULL, &before));
	after.last = second(74);
	assert_true(contradictions_due(NULL, &after));
	assert_true(contradictions_due(&before, &after));
	before.last = second(4105);
	assert_false(contradictions_due(&after, &before));
	after.last = second(4106);
	assert_true(contradictions_due(&before, &after));
	after = before;
	after.until = second(15);
	assert_true(contradictions_due(&before, &after));
	assert_false(contradictions_due(&after, &after));
	after = before;
	after.several = true;
	assert_true(contradictions_due(&before, &after));
}

static void each_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(contradiction_name(CONTRADICTION_TWO_ADDRESSES), "two_addresses");
	assert_string_equal(contradiction_name(CONTRADICTION_TWO_INTERFACES), "two_interfaces");
	assert_string_equal(contradiction_name(CONTRADICTION_TWO_PODS), "two_pods");
	assert_string_equal(contradiction_name(CONTRADICTION_SECOND_INTERFACE), "second_interface");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_pods_had_the_address_while_an_interface_carried_it),
		cmocka_unit_test(an_open_epoch_may_have_ended_unseen),
		cmocka_unit_test(others_do_not_count),
		cmocka_unit_test(an_address_was_on_two_interfaces_at_once),
		cmocka_unit_test(an_interface_carried_two_addresses),
		cmocka_unit_test(a_sandbox_had_two_interfaces_one_after_the_other),
		cmocka_unit_test(it_is_looked_at_now_and_then_and_when_it_is_gone),
		cmocka_unit_test(each_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
