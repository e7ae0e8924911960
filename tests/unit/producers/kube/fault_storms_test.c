/* Single faults on a virtual clock, each with its bar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/program/log.h"
#include "producers/kube/watches.h"
#include "tests/unit/producers/kube/fault_script.h"

#define ALL KUBE_RESOURCES

static struct fault_script *start(uint64_t seed)
{
	struct fault_script *script = fault_script_start(seed, true, 0);

	fault_script_run(script, 15000);
	return script;
}

/* Milliseconds from the last KNOWN to now. */
static int64_t age(const struct fault_script *script)
{
	return when_since(fake_clocks()->wall, fault_judge_known(&script->judge)) / NS_PER_MS;
}

static void known_is_less_than_two_seconds_old(void **state)
{
	(void)state;
	for (int http2 = 0; http2 < 2; http2++) {
		struct fault_script *script = fault_script_start(7, http2, 0);
		uint64_t requests;
		struct when since;

		fault_script_run(script, 5000);
		requests = fake_api_requests();
		since = fake_clocks()->tick;
		for (int i = 0; i < 1000; i++) {
			fault_script_run(script, 50);
			assert_in_range(age(script), 0, 2000);
		}
		requests = (fake_api_requests() - requests) * 1000;
		/* A second. */
		assert_in_range(
			requests / (uint64_t)(when_since(fake_clocks()->tick, since) / NS_PER_MS),
			10, 20);
		assert_int_equal(fault_script_end(script), 0);
	}
}

static void a_frozen_watch_costs_lateness_but_no_change(void **state)
{
	(void)state;
	static const enum fake_fault forms[] = {FAKE_STALL, FAKE_SILENT, FAKE_HALF, FAKE_SLOW,
						FAKE_FROZEN};

	for (int r = 0; r < KUBE_RESOURCES; r++) {
		for (int form = 0; form < 5; form++) {
			struct fault_script *script = start((uint64_t)(r * 5 + form));

			fake_api_set(forms[form], (enum kube_resource)r, 20000, 1);
			if (forms[form] == FAKE_SILENT)
				fake_api_cut((enum kube_resource)r, true);
			fault_script_run(script, 500);
			fake_commit((enum kube_resource)r);
			fault_script_run(script, 20000);
			assert_int_equal(script->judge.gap_count, 0);
			assert_int_equal(fault_script_end(script), 0);
		}
	}
}

static void a_storm_of_expired_revisions_is_answered_with_few_lists(void **state)
{
	(void)state;
	struct fault_script *script = start(3);
	uint64_t lists = fake_api_lists();
	size_t records;

	fake_api_set(FAKE_GONE, ALL, 60000, 0);
	fake_api_cut(ALL, true);
	fault_script_run(script, 15000);
	records = script->judge.records;
	fault_script_run(script, 45000);
	/* A list is of two pages. */
	assert_in_range(fake_api_lists() - lists, 7, 2 * 20);
	assert_in_range(script->judge.records - records, 0, 20 * 10);
	fault_script_end(script);
}

static void refused_requests_are_few(void **state)
{
	(void)state;
	static const int64_t statuses[] = {429, 503, 500, 401, 410};

	for (int i = 0; i < 5; i++) {
		struct fault_script *script = start((uint64_t)i);
		uint64_t requests = fake_api_requests();

		fake_api_set(FAKE_STATUS, ALL, 60000, statuses[i]);
		fake_api_cut(ALL, true);
		fault_script_run(script, 60000);
		/* At most 1.5 a second. */
		assert_in_range(fake_api_requests() - requests, 5, 90);
		fault_script_end(script);
	}
}

static void refused_proofs_are_few_and_hold_known_back(void **state)
{
	(void)state;
	static const int64_t statuses[] = {429, 503, 401, 403};

	for (int i = 0; i < 4; i++) {
		struct fault_script *script = start((uint64_t)i);
		uint64_t requests = fake_api_requests();
		struct when known;

		fake_api_set(FAKE_PROOF_STATUS, ALL, 60000, statuses[i]);
		fault_script_run(script, 2000);
		known = fault_judge_known(&script->judge);
		fault_script_run(script, 58000);
		assert_int_equal(fault_judge_known(&script->judge).ns, known.ns);
		assert_in_range(fake_api_requests() - requests, 5, 60);
		assert_int_equal(script->judge.gap_count, 0);
		assert_int_equal(fault_script_end(script), 0);
	}
}

static void cuts_in_a_row_lose_nothing(void **state)
{
	(void)state;
	struct fault_script *script = start(1);

	for (int i = 0; i < 49; i++) {
		fake_api_cut(ALL, i % 2);
		fault_script_run(script, 700);
	}
	assert_int_equal(script->judge.gap_count, 0);
	assert_int_equal(fault_script_end(script), 0);
}

static void quiet_watches_that_end_every_few_seconds_lose_nothing(void **state)
{
	(void)state;
	struct fault_script *script = start(1);

	script->activity = 0;
	for (int i = 0; i < 60; i++) {
		fake_api_set(FAKE_SHORT, ALL, 2000, i % 3 ? 2000 : 400);
		fault_script_run(script, 2000);
	}
	assert_int_equal(script->judge.gap_count, 0);
	script->activity = 1;
	assert_int_equal(fault_script_end(script), 0);
}

/* As long as another stream shows that the server still has the history. */
static void quiet_watches_that_end_immediately_lose_nothing(void **state)
{
	(void)state;
	static const int64_t lives[] = {50, 700};

	for (int i = 0; i < 2; i++) {
		struct fault_script *script = start(1);

		script->activity = 0;
		fake_api_set(FAKE_SHORT, ALL, 120000, lives[i]);
		fake_api_cut(ALL, true);
		fault_script_run(script, 120000);
		assert_int_equal(script->judge.gap_count, 0);
		script->activity = 1;
		assert_int_equal(fault_script_end(script), 0);
	}
}

static void a_watch_cache_that_lags_holds_known_back(void **state)
{
	(void)state;
	struct fault_script *script = start(2);

	fake_api_set(FAKE_LAG, ALL, 30000, 2500);
	fault_script_run(script, 30000);
	assert_int_equal(script->judge.gap_count, 0);
	assert_int_equal(fault_script_end(script), 0);
}

static void a_request_that_is_never_answered_holds_known_back_for_a_while(void **state)
{
	(void)state;
	struct fault_script *script = start(2);

	fake_api_set(FAKE_MUTE, KUBE_PODS, 15000, 0);
	fake_api_cut(KUBE_PODS, true);
	fault_script_run(script, 15000);
	fault_script_run(script, 15000);
	assert_in_range(age(script), 0, 2500);
	assert_int_equal(script->judge.gap_count, 0);
	assert_int_equal(fault_script_end(script), 0);
}

/* It brings the witness, but had no time for what follows. */
static void a_second_watch_that_was_blocked_proves_nothing(void **state)
{
	(void)state;
	for (int late = 350; late < 1000; late += 150) {
		struct fault_script *script = start(1);

		fake_api_set(FAKE_BLOCKED, ALL, 9000, late);
		fake_api_set(FAKE_STALL, ALL, 9000, 0);
		fault_script_run(script, 9000);
		assert_int_equal(script->judge.gap_count, 0);
		assert_int_equal(fault_script_end(script), 0);
	}
}

/* No PROGRESS could come of them. */
static void a_list_that_takes_long_is_not_disturbed_by_proofs(void **state)
{
	(void)state;
	struct fault_script *script = fault_script_start(3, true, 0);

	fake_api_set(FAKE_MUTE, KUBE_PODS, 9000, 0);
	fault_script_run(script, 9000);
	/* Lists in pages, and watches. */
	assert_in_range(fake_api_requests(), 13, 30);
	fault_script_run(script, 3000);
	assert_in_range(age(script), 0, 2500);
	assert_int_equal(fault_script_end(script), 0);
}

static void a_kill_in_a_planned_list_loses_nothing(void **state)
{
	(void)state;
	for (int records = 1; records < 40; records++) {
		struct fault_script *script =
			fault_script_start((uint64_t)records, true, 5 * NS_PER_SECOND);

		fault_script_run(script, 8000);
		script->kill_after = records;
		fault_script_run(script, 10000);
		script->options.sync_interval_ns = 0;
		assert_int_equal(script->judge.gap_count, 0);
		assert_int_equal(fault_script_end(script), 0);
	}
}

static void a_planned_list_does_not_close_the_watch(void **state)
{
	(void)state;
	struct fault_script *script = fault_script_start(3, true, 5 * NS_PER_SECOND);

	fault_script_run(script, 8000);
	for (int second = 0; second < 40; second++) {
		fault_script_run(script, 1000);
		assert_in_range(age(script), 0, 2000);
	}
	assert_in_range(script->judge.beside, 11, 1000);
	assert_int_equal(script->judge.gap_count, 0);
	assert_int_equal(fault_script_end(script), 0);
}

static void revisions_that_go_back_are_a_new_order(void **state)
{
	(void)state;
	struct fault_script *script = start(5);

	for (int r = 0; r < KUBE_RESOURCES; r++)
		assert_false(script->judge.new_epoch[r]);
	fake_api_restore();
	fault_script_run(script, 20000);
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		assert_true(script->judge.new_order[r]);
		assert_true(script->judge.new_epoch[r]);
	}
	fault_script_end(script);
}

/* A proof's stream that hides changes breaks a promise. What the watch then brings is declared
 * and written, also after a restart. */
static void a_broken_promise_is_declared(void **state)
{
	(void)state;
	for (int killed = 0; killed < 2; killed++) {
		struct fault_script *script = start(4);
		const struct fault_judge *judge = &script->judge;
		size_t last;

		fake_api_set(FAKE_STALL, KUBE_PODS, 4000, 0);
		fake_api_set(FAKE_LIE, KUBE_PODS, 6000, (int64_t)fake_count());
		fault_script_run(script, 500);
		fake_commit(KUBE_PODS);
		last = fake_count() - 1;
		fault_script_run(script, 5000);
		assert_int_equal(judge->times[last], 0);
		if (killed)
			script->kill_after = 1;
		else
			fake_api_cut(KUBE_PODS, true);
		fault_script_run(script, 5000);
		assert_int_equal(judge->times[last], 1);
		assert_true(judge->gap_count > 0);
		assert_true(when_not_after(judge->gaps[0].from, fake_changes()[last].at));
		assert_true(when_not_after(fake_changes()[last].at, judge->gaps[0].to));
		assert_true(judge->gaps[0].index < judge->index[last]);
		script->judge.promises_may_break = true;
		fault_script_end(script);
	}
}

static void what_the_account_may_not_see_is_left_out_until_it_may(void **state)
{
	(void)state;
	struct fault_script *script = fault_script_start(6, true, 0);

	fake_api_set(FAKE_STATUS, KUBE_NODES, 60000, 403);
	fake_api_set(FAKE_STATUS, KUBE_JOBS, 60000, 403);
	fault_script_run(script, 9000);
	assert_true(when_is_min(fault_judge_known(&script->judge)));
	fault_script_run(script, 30000);
	assert_in_range(age(script), 0, 2000);
	assert_false(script->judge.synced[KUBE_NODES]);
	assert_int_equal(script->judge.gap_count, 0);
	fault_script_end(script);
}

static void a_server_that_refuses_while_it_starts_is_followed_whole(void **state)
{
	(void)state;
	static const int64_t statuses[] = {401, 403};

	for (uint64_t i = 0; i < 6; i++) {
		struct fault_script *script = fault_script_start(i, true, 0);

		/* As a server whose first five answers are refusals. */
		for (int r = 0; r < 5; r++)
			fake_api_set(FAKE_STATUS, (enum kube_resource)r, 100, statuses[i % 2]);
		fault_script_run(script, 4000);
		for (int r = 0; r < KUBE_RESOURCES; r++)
			assert_true(script->judge.synced[r]);
		assert_in_range(age(script), 0, 2000);
		assert_int_equal(fault_script_end(script), 0);
	}
}

/* Its rules of RBAC come a moment after its answers. */
static void a_server_that_was_away_is_followed_soon(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 5; i++) {
		struct fault_script *script = start(i);

		fake_api_set(FAKE_UNREACHED, ALL, 60000, 0);
		fake_api_cut(ALL, false);
		fault_script_run(script, 60000);
		fake_api_set(FAKE_STATUS, ALL, 4000, 403);
		fault_script_run(script, 20000);
		assert_in_range(age(script), 0, 2000);
		assert_int_equal(fault_script_end(script), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_is_less_than_two_seconds_old),
		cmocka_unit_test(a_frozen_watch_costs_lateness_but_no_change),
		cmocka_unit_test(a_storm_of_expired_revisions_is_answered_with_few_lists),
		cmocka_unit_test(refused_requests_are_few),
		cmocka_unit_test(refused_proofs_are_few_and_hold_known_back),
		cmocka_unit_test(cuts_in_a_row_lose_nothing),
		cmocka_unit_test(quiet_watches_that_end_every_few_seconds_lose_nothing),
		cmocka_unit_test(quiet_watches_that_end_immediately_lose_nothing),
		cmocka_unit_test(a_watch_cache_that_lags_holds_known_back),
		cmocka_unit_test(a_request_that_is_never_answered_holds_known_back_for_a_while),
		cmocka_unit_test(a_second_watch_that_was_blocked_proves_nothing),
		cmocka_unit_test(a_list_that_takes_long_is_not_disturbed_by_proofs),
		cmocka_unit_test(a_kill_in_a_planned_list_loses_nothing),
		cmocka_unit_test(a_planned_list_does_not_close_the_watch),
		cmocka_unit_test(revisions_that_go_back_are_a_new_order),
		cmocka_unit_test(a_broken_promise_is_declared),
		cmocka_unit_test(what_the_account_may_not_see_is_left_out_until_it_may),
		cmocka_unit_test(a_server_that_refuses_while_it_starts_is_followed_whole),
		cmocka_unit_test(a_server_that_was_away_is_followed_soon),
	};

	log_init("test", LOG_LEVEL_ERROR, LOG_LOGFMT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
