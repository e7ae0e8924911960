/* docs/answers.md section 3, "fresh" and "newer sandbox": a time that was cut to `received`, told whole later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/timeline/rules/epoch.h"

static struct when ms(int64_t moment)
{
	return (struct when){moment * NS_PER_MS};
}

/* Folds a record of a pod whose sandbox was ready, and its container started, at READY; received at AT. Returns
 * whether it began another epoch. */
static bool take(struct pod_fold *fold, int64_t ready, int64_t at)
{
	const struct arrival came = {ms(at), WHEN_MIN, (uint64_t)at};
	struct epoch ended;
	struct pod_record record = {
		.sandbox = POD_SANDBOX_TRUE,
		.sandbox_changed = ms(ready),
		.least_start = ms(100000),
		.start_time = ms(100000),
		.started = {ms(ready)},
		.started_count = 1,
		.newest_started = ms(ready),
		.first_running = ms(ready),
		.addresses = {ip_from_v4((uint8_t[4]){10, 1, 0, 1})},
		.address_count = 1,
	};

	return pod_fold_record(fold, &record, false, &came, &ended);
}

static void the_clock_of_a_node_is_ahead(void **state)
{
	struct pod_fold fold = pod_fold_none();

	(void)state;
	assert_false(take(&fold, 105700, 105700));
	assert_false(take(&fold, 106000, 120000));
	assert_int_equal(fold.epoch.evidence.how, BINDING_OPEN);
	assert_true(take(&fold, 107000, 130000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_clock_of_a_node_is_ahead)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
