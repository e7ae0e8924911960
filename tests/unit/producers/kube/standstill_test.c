#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/program/log.h"
#include "producers/kube/standstill.h"
#include "tests/unit/producers/kube/watch_steps.h"

static void it_is_logged_after_four_seconds_and_so_is_its_end(void **state)
{
	(void)state;
	struct watch watches[KUBE_RESOURCES] = {0};
	struct proofs proofs = {.watches = watches, .written = 1};
	struct standstill standstill;

	standstill_init(&standstill, NS_PER_SECOND);
	standstill_log(&standstill, &proofs, steps_now(100));
	for (int64_t second = 101; second < 104; second++) {
		standstill_log(&standstill, &proofs, steps_now(second));
		assert_false(standstill.standing);
	}
	standstill_log(&standstill, &proofs, steps_now(104));
	assert_true(standstill.standing);
	assert_int_equal(standstill.logged_at.ns, steps_now(104)->tick.ns);
	/* Again after ten minutes. */
	standstill_log(&standstill, &proofs, steps_now(703));
	assert_int_equal(standstill.logged_at.ns, steps_now(104)->tick.ns);
	standstill_log(&standstill, &proofs, steps_now(704));
	assert_int_equal(standstill.logged_at.ns, steps_now(704)->tick.ns);
	proofs.written++;
	standstill_log(&standstill, &proofs, steps_now(705));
	assert_false(standstill.standing);
}

static void a_longer_interval_gives_it_more_time(void **state)
{
	(void)state;
	struct watch watches[KUBE_RESOURCES] = {0};
	struct proofs proofs = {.watches = watches};
	struct standstill standstill;

	standstill_init(&standstill, 10 * NS_PER_SECOND);
	standstill_log(&standstill, &proofs, steps_now(100));
	standstill_log(&standstill, &proofs, steps_now(112));
	assert_false(standstill.standing);
	standstill_log(&standstill, &proofs, steps_now(113));
	assert_true(standstill.standing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_logged_after_four_seconds_and_so_is_its_end),
		cmocka_unit_test(a_longer_interval_gives_it_more_time),
	};

	log_init("test", LOG_LEVEL_INFO, LOG_LOGFMT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
