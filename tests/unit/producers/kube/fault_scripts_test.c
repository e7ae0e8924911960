/* Random faults on a virtual clock: whatever the server does, each change is written once or
 * declared lost, and no PROGRESS promises what was not written.
 *
 * KUBE_SCRIPTS=N runs N scripts instead; KUBE_SCRIPT=SEED runs one and logs what it does. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/program/log.h"
#include "producers/kube/watches.h"
#include "tests/unit/producers/kube/fault_script.h"

#define SCRIPTS 100
#define FAULTS_NS (60 * NS_PER_SECOND)

struct totals {
	uint64_t scripts, faults, in_gaps, gaps, needless, progress, requests, lists;
};

static enum kube_resource some_resource(void)
{
	/* Now and then all of them. */
	return (enum kube_resource)fake_draw(KUBE_RESOURCES + 1);
}

static void one_fault(struct fault_script *script)
{
	static const int64_t statuses[] = {401, 403, 429, 500, 503};
	static const int64_t rates[] = {1, 40, 400};
	enum kube_resource resource = some_resource();
	int64_t ms = 100 + (int64_t)(fake_draw(10) < 8 ? fake_draw(4000) : fake_draw(25000));
	enum fake_fault fault = (enum fake_fault)fake_draw(FAKE_LIE);
	int64_t parameter = 0;

	switch (fake_draw(40)) {
	case 0:
		fake_api_restart();
		return;
	case 1:
		fake_api_restore();
		return;
	case 2:
	case 3:
		script->kill_after = 1 + (int)fake_draw(20);
		return;
	default:
		break;
	}
	if (fake_draw(4) == 0) {
		fake_api_cut(resource, fake_draw(2));
		return;
	}
	if (fault == FAKE_STATUS || fault == FAKE_PROOF_STATUS)
		parameter = statuses[fake_draw(5)];
	else if (fault == FAKE_SLOW)
		parameter = rates[fake_draw(3)];
	else if (fault == FAKE_SHORT)
		parameter = (int64_t)fake_draw(4000);
	else if (fault == FAKE_LAG)
		parameter = (int64_t)fake_draw(5000);
	else if (fault == FAKE_BLOCKED)
		parameter = 400 + (int64_t)fake_draw(600);
	fake_api_set(fault, resource, ms, parameter);
}

static void run_script(uint64_t seed, struct totals *totals)
{
	struct fault_script *script =
		fault_script_start(seed, seed % 4 != 0, seed % 2 ? 0 : 15 * NS_PER_SECOND);
	struct when begin = fake_clocks()->tick;

	script->activity = 1 + fake_draw(4);
	fault_script_run(script, 3000);
	while (when_since(fake_clocks()->tick, begin) < FAULTS_NS) {
		one_fault(script);
		fault_script_run(script, (int64_t)fake_draw(5000));
		totals->faults++;
	}
	totals->scripts++;
	totals->gaps += script->judge.gap_count;
	totals->needless += script->judge.needless;
	totals->progress += script->judge.progress_count;
	totals->requests += fake_api_requests();
	totals->lists += fake_api_lists();
	totals->in_gaps += fault_script_end(script);
}

static void every_change_is_written_once_or_declared(void **state)
{
	const char *count = getenv("KUBE_SCRIPTS"), *one = getenv("KUBE_SCRIPT");
	uint64_t from = one != NULL ? strtoull(one, NULL, 10) : 1;
	uint64_t scripts = count != NULL ? strtoull(count, NULL, 10) : one != NULL ? 1 : SCRIPTS;
	struct totals totals = {0};

	log_init("test", one != NULL ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, LOG_LOGFMT);
	for (uint64_t seed = from; seed < from + scripts; seed++) {
		*state = (void *)(uintptr_t)seed;
		run_script(seed, &totals);
	}
	printf("%" PRIu64 " scripts, %" PRIu64 " faults, %" PRIu64 " changes in a GAP; %" PRIu64
	       " GAPs, %" PRIu64 " needless; %" PRIu64 " PROGRESS; %" PRIu64 " requests, %" PRIu64
	       " lists\n",
	       totals.scripts, totals.faults, totals.in_gaps, totals.gaps, totals.needless,
	       totals.progress, totals.requests, totals.lists);
	/* At most one for 100 faults. */
	assert_true(totals.needless * 100 <= totals.faults + 100);
}

static int tell_the_last(void **state)
{
	printf("the last script was KUBE_SCRIPT=%" PRIuPTR "\n", (uintptr_t)*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(every_change_is_written_once_or_declared, tell_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
