/* The addresses of a pod's further networks: when they come and go, and what is known of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/rules/secondary.h"

#define HOLD (10 * NS_PER_SECOND)

static struct when s(int64_t seconds)
{
	return (struct when){seconds * NS_PER_SECOND};
}

static struct ip ip(const char *text)
{
	struct ip ip;

	assert_int_equal(ip_parse(text, strlen(text), &ip), 0);
	return ip;
}

static void they_come_and_go_while_the_epoch_lasts(void **state)
{
	const struct ip a = ip("172.16.0.1"), b = ip("172.16.0.2");
	const struct ip both[] = {a, b};
	struct secondaries held = {.count = 0}, gone;

	(void)state;
	secondary_update(&held, both, 1, &(struct arrival){s(110), s(109), 7}, &gone);
	assert_int_equal(held.count, 1);
	assert_int_equal(gone.count, 0);
	secondary_update(&held, both, 2, &(struct arrival){s(120), s(119), 8}, &gone);
	assert_int_equal(held.count, 2);
	assert_int_equal(held.list[0].number, 7);
	assert_int_equal(held.list[1].number, 8);
	secondary_update(&held, &b, 1, &(struct arrival){s(130), s(129), 9}, &gone);
	assert_int_equal(held.count, 1);
	assert_int_equal(gone.count, 1);
	assert_int_equal(gone.list[0].number, 7);
	secondary_update(&held, both, 2, &(struct arrival){s(140), s(139), 10}, &gone);
	assert_int_equal(held.list[1].number, 10);
}

static void one_is_certain_from_its_record_until_hold_before_it_is_missing(void **state)
{
	const struct assumptions assumptions = {TIMELINE_SANDBOX, HOLD, 0, WHEN_MIN};
	const struct secondary one = {ip("172.16.0.1"), 8, s(120), s(119)};
	struct binding binding = {
		.kind = HOLDER_POD, .evidence = evidence_none(), .endpoint = WHEN_MIN};
	struct evidence epoch = evidence_none(), gone;

	(void)state;
	epoch.start_time = s(100);
	epoch.sandbox_ready = s(101);
	epoch.first_started = s(102);
	epoch.first_received = s(103);
	epoch.last_running = s(128);
	binding.evidence = secondary_evidence(&epoch, &one);
	assert_int_equal(binding_start(&binding, &assumptions).certain_from.ns, s(120).ns);
	assert_true(when_is_max(evidence_certain_to(&binding.evidence, HOLD)));
	gone = secondary_gone(&epoch, &one, &(struct arrival){s(150), s(149), 9});
	assert_int_equal(evidence_certain_to(&gone, HOLD).ns, s(139).ns);
	assert_int_equal(evidence_possible_to(&gone).ns, s(150).ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_come_and_go_while_the_epoch_lasts),
		cmocka_unit_test(one_is_certain_from_its_record_until_hold_before_it_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
