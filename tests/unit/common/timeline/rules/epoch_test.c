/* docs/answers.md section 3, row by row: what the records of one pod become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/rules/epoch.h"

#define NONE INT64_MIN
#define OPEN INT64_MAX
#define HOLD (10 * NS_PER_SECOND)

/* Converts seconds; keeps NONE and OPEN. */
static struct when s(int64_t seconds)
{
	return seconds == NONE || seconds == OPEN ? (struct when){seconds}
						  : (struct when){seconds * NS_PER_SECOND};
}

static int64_t seconds(struct when moment)
{
	return moment.ns == NONE || moment.ns == OPEN ? moment.ns : moment.ns / NS_PER_SECOND;
}

static struct ip ip(uint8_t last)
{
	return ip_from_v4((uint8_t[4]){10, 1, 0, last});
}

/* A pod that its kubelet saw at 100, with ADDRESS (0: none). */
static struct pod_record pod(uint8_t address)
{
	struct pod_record record = {
		.sandbox_changed = WHEN_MIN,
		.least_start = s(100),
		.start_time = s(100),
		.first_running = WHEN_MAX,
		.newest_running = s(100),
		.newest_started = WHEN_MIN,
		.node = 7,
	};

	if (address)
		record.addresses[record.address_count++] = ip(address);
	return record;
}

static struct pod_record running(uint8_t address, int64_t started)
{
	struct pod_record record = pod(address);

	record.running = true;
	record.started[record.started_count++] = s(started);
	record.newest_started = s(started);
	record.first_running = s(started);
	record.newest_running = s(started);
	return record;
}

static struct pod_record terminated(uint8_t address, int64_t started, int64_t finished)
{
	struct pod_record record = pod(address);

	record.all_terminated = true;
	record.started[record.started_count++] = s(started);
	record.newest_started = s(started);
	record.finished[record.finished_count++] = s(finished);
	record.newest_running = s(finished);
	return record;
}

static struct pod_record with_sandbox(struct pod_record record, enum pod_sandbox sandbox,
				      int64_t changed)
{
	record.sandbox = sandbox;
	record.sandbox_changed = s(changed);
	return record;
}

/* A record that was received at AT, with offset AT, after a PROGRESS that knew KNOWN. */
static struct arrival arrival(int64_t at, int64_t known)
{
	return (struct arrival){s(at), s(known), (uint64_t)at};
}

/* Folds RECORD, received at AT and with offset AT. Returns whether it began another epoch. */
static bool take(struct pod_fold *fold, struct pod_record record, bool deleted, int64_t at)
{
	struct arrival came = arrival(at, NONE);
	struct epoch ended;

	return pod_fold_record(fold, &record, deleted, &came, &ended);
}

static void lose(struct pod_fold *fold, int64_t at, int64_t known)
{
	struct arrival came = arrival(at, known);

	pod_fold_absent(fold, &came);
}

static struct pod_fold born(struct pod_record record)
{
	struct pod_fold fold = pod_fold_none();

	assert_false(take(&fold, record, false, 110));
	return fold;
}

static void assert_ended(const struct pod_fold *fold, enum binding_end how, int64_t certain_to,
			 int64_t possible_to)
{
	const struct evidence *evidence = &fold->epoch.evidence;

	assert_int_equal(evidence->how, how);
	assert_int_equal(seconds(evidence_certain_to(evidence, HOLD)), certain_to);
	assert_int_equal(seconds(evidence_possible_to(evidence)), possible_to);
}

static void begins_with_the_first_address(void **state)
{
	struct pod_fold fold = born(pod(0));

	(void)state;
	assert_false(fold.has_epoch);
	assert_false(take(&fold, running(1, 105), false, 111));
	assert_true(fold.has_epoch);
	assert_int_equal(fold.epoch.number, 111);
	assert_int_equal(seconds(fold.epoch.evidence.first_received), 111);
	assert_int_equal(seconds(fold.epoch.evidence.first_started), 105);
	assert_int_equal(seconds(fold.epoch.evidence.start_time), 100);
	assert_ended(&fold, BINDING_OPEN, OPEN, OPEN);
	fold = born(running(1, 0)); /* a clock in 1970 does not count */
	assert_int_equal(seconds(fold.epoch.evidence.first_started), NONE);
}

static void begins_a_new_epoch(void **state)
{
	static const struct {
		const char *what;
		enum pod_sandbox sandbox;
		int64_t changed;
		uint8_t address;
		bool ended, anew;
	} cases[] = {
		{"the same record again", POD_SANDBOX_TRUE, 104, 1, false, false},
		{"another address of the family", POD_SANDBOX_TRUE, 104, 2, false, true},
		{"a sandbox that is later, with the old state", POD_SANDBOX_TRUE, 150, 1, false,
		 false},
		{"a sandbox that is earlier", POD_SANDBOX_TRUE, 103, 1, false, false},
		{"no address", POD_SANDBOX_TRUE, 150, 0, false, false},
		{"an address after the end", POD_SANDBOX_TRUE, 104, 1, true, true},
		{"no address after the end", POD_SANDBOX_TRUE, 104, 0, true, false},
		{"sandbox False while running, after the end", POD_SANDBOX_FALSE, 150, 1, true,
		 true},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct pod_fold fold = born(with_sandbox(running(1, 105), POD_SANDBOX_TRUE, 104));
		struct pod_record record = with_sandbox(running(cases[c].address, 105),
							cases[c].sandbox, cases[c].changed);

		if (cases[c].ended)
			take(&fold, pod(0), false, 120);
		if (take(&fold, record, false, 160) != cases[c].anew)
			fail_msg("%s", cases[c].what);
	}
}

static void a_terminal_or_deleted_record_begins_nothing_after_the_end(void **state)
{
	struct pod_fold fold = born(running(1, 105));
	struct pod_record failed = running(1, 105);

	(void)state;
	failed.terminal = true;
	take(&fold, failed, false, 120);
	assert_ended(&fold, BINDING_LOST, 105, OPEN);
	assert_false(take(&fold, failed, false, 130));
	assert_false(take(&fold, running(1, 105), true, 140));
	assert_ended(&fold, BINDING_LOST, 105, OPEN);
}

static void another_family_joins_the_epoch(void **state)
{
	struct pod_fold fold = born(running(1, 105));
	struct pod_record both = running(1, 105);

	(void)state;
	assert_int_equal(ip_parse("fd00::1", 7, &both.addresses[both.address_count++]), 0);
	assert_false(take(&fold, both, false, 120));
	assert_int_equal(fold.epoch.address_count, 2);
	assert_int_equal(fold.epoch.number, 110);
}

static void ends(void **state)
{
	struct pod_record emptied = terminated(1, 105, 180), terminal = emptied;
	struct pod_record failed = running(1, 105);
	const struct {
		const char *what;
		struct pod_record record;
		bool deleted;
		enum binding_end how;
		int64_t certain_to, possible_to;
	} cases[] = {
		{"sandbox False", with_sandbox(terminated(1, 105, 180), POD_SANDBOX_FALSE, 181),
		 false, BINDING_FINISHED, 180, 182},
		{"sandbox False and running", with_sandbox(running(1, 105), POD_SANDBOX_FALSE, 181),
		 false, BINDING_OPEN, 181, OPEN},
		{"sandbox False before the last process ended",
		 with_sandbox(terminated(1, 105, 180), POD_SANDBOX_FALSE, 166), false, BINDING_OPEN,
		 180, OPEN},
		{"sandbox False in the same second", with_sandbox(emptied, POD_SANDBOX_FALSE, 200),
		 false, BINDING_FINISHED, 180, 200},
		{"annotation emptied", emptied, false, BINDING_FINISHED, 180, 200},
		{"terminal", terminal, false, BINDING_FINISHED, 180, 200},
		{"told to end", terminated(1, 105, 180), true, BINDING_FINISHED, 180, 200},
		{"deleted between starts", terminated(1, 105, 180), true, BINDING_LOST, 105, OPEN},
		{"deleted while running", running(1, 105), true, BINDING_LOST, 105, OPEN},
		{"failed by somebody else", failed, false, BINDING_LOST, 105, OPEN},
		{"without address", pod(0), false, BINDING_ADDRESS_GONE, 105, 200},
		{"nothing", running(1, 105), false, BINDING_OPEN, OPEN, OPEN},
		{"between two containers", terminated(1, 105, 180), false, BINDING_OPEN, 180, OPEN},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct pod_fold fold = born(running(1, 105));
		struct pod_record record = cases[c].record;

		record.annotation_emptied = strcmp(cases[c].what, "annotation emptied") == 0;
		record.terminating = strcmp(cases[c].what, "told to end") == 0;
		record.terminal = strcmp(cases[c].what, "terminal") == 0 ||
				  strcmp(cases[c].what, "failed by somebody else") == 0;
		take(&fold, record, cases[c].deleted, 200);
		if (fold.epoch.evidence.how != cases[c].how)
			fail_msg("%s: %s", cases[c].what,
				 binding_end_name(fold.epoch.evidence.how));
		assert_ended(&fold, cases[c].how, cases[c].certain_to, cases[c].possible_to);
	}
}

static void absence_is_a_loss_unless_all_had_terminated(void **state)
{
	struct pod_fold fold = born(running(1, 105)), over = born(terminated(1, 105, 180));

	(void)state;
	over.epoch.evidence.terminating = true;
	lose(&fold, 300, NONE);
	assert_ended(&fold, BINDING_LOST, 105, OPEN);
	lose(&over, 300, NONE);
	assert_ended(&over, BINDING_FINISHED, 180, 300);
}

static void lost_can_become_finished_and_nothing_reopens(void **state)
{
	struct pod_fold fold = born(running(1, 105));
	struct pod_record end = with_sandbox(terminated(1, 105, 180), POD_SANDBOX_FALSE, 181);

	(void)state;
	lose(&fold, 200, NONE);
	assert_ended(&fold, BINDING_LOST, 105, OPEN);
	end.terminal = true;
	assert_false(take(&fold, end, false, 250));
	assert_ended(&fold, BINDING_FINISHED, 180, 182);
	assert_int_equal(seconds(fold.epoch.evidence.ended_received), 250);
}

static void the_next_epoch_takes_only_its_own_times(void **state)
{
	struct pod_fold fold = born(with_sandbox(running(1, 105), POD_SANDBOX_TRUE, 104));
	struct pod_record next = with_sandbox(running(2, 150), POD_SANDBOX_TRUE, 104);
	struct arrival came = arrival(160, 140);
	struct epoch ended;

	(void)state;
	next.started[next.started_count++] = s(105); /* of the sandbox before */
	next.finished[next.finished_count++] = s(130);
	assert_true(pod_fold_record(&fold, &next, false, &came, &ended));
	assert_int_equal(ended.evidence.how, BINDING_NEXT_EPOCH);
	assert_int_equal(seconds(evidence_certain_to(&ended.evidence, HOLD)), 130);
	assert_int_equal(seconds(evidence_possible_to(&ended.evidence)), 160);
	assert_int_equal(seconds(fold.epoch.evidence.first_started), 150);
	assert_int_equal(seconds(fold.epoch.evidence.sandbox_ready), NONE);
	assert_int_equal(seconds(fold.epoch.evidence.last_finished), NONE);
	assert_int_equal(seconds(evidence_possible_from(&fold.epoch.evidence, HOLD)), 130);
}

static void the_next_epoch_does_not_take_a_sandbox_older_than_the_end(void **state)
{
	struct pod_fold fold = born(with_sandbox(running(1, 105), POD_SANDBOX_TRUE, 104));

	(void)state;
	take(&fold, with_sandbox(terminated(1, 105, 180), POD_SANDBOX_FALSE, 181), false, 182);
	assert_true(take(&fold, with_sandbox(running(1, 190), POD_SANDBOX_TRUE, 150), false, 200));
	assert_int_equal(seconds(fold.epoch.evidence.sandbox_ready), NONE);
	assert_false(take(&fold, with_sandbox(running(1, 190), POD_SANDBOX_TRUE, 181), false, 201));
	assert_int_equal(seconds(fold.epoch.evidence.sandbox_ready), 181);
}

static void if_all_containers_restarted_the_sandbox_may_be_new(void **state)
{
	static const struct {
		enum pod_sandbox before, after;
		int64_t started, finished;
		bool deleted, terminal, anew;
	} cases[] = {
		{POD_SANDBOX_UNTOLD, POD_SANDBOX_UNTOLD, 131, 130, false, false, true},
		/* one was running then */
		{POD_SANDBOX_UNTOLD, POD_SANDBOX_UNTOLD, 129, 130, false, false, false},
		/* finished before the epoch began */
		{POD_SANDBOX_UNTOLD, POD_SANDBOX_UNTOLD, 131, 104, false, false, false},
		{POD_SANDBOX_TRUE, POD_SANDBOX_TRUE, 131, 130, false, false, false},
		{POD_SANDBOX_TRUE, POD_SANDBOX_UNTOLD, 131, 130, false, false, false},
		/* the pod is gone */
		{POD_SANDBOX_UNTOLD, POD_SANDBOX_UNTOLD, 131, 130, true, false, false},
		{POD_SANDBOX_UNTOLD, POD_SANDBOX_UNTOLD, 131, 130, false, true, false},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct pod_fold fold = born(with_sandbox(running(1, 105), cases[c].before, 104));
		struct pod_record again =
			with_sandbox(running(1, cases[c].started), cases[c].after, 104);

		again.finished[again.finished_count++] = s(cases[c].finished);
		again.terminal = cases[c].terminal;
		assert_int_equal(take(&fold, again, cases[c].deleted, 140), cases[c].anew);
		if (!cases[c].anew)
			continue;
		assert_int_equal(seconds(fold.epoch.evidence.previous_to), 130);
		assert_int_equal(seconds(fold.epoch.evidence.first_started), 131);
		assert_int_equal(seconds(fold.epoch.evidence.shown_started), 105);
	}
}

static void a_new_sandbox_with_the_old_state_ends_the_epoch(void **state)
{
	struct pod_fold fold = born(with_sandbox(running(1, 105), POD_SANDBOX_TRUE, 104));

	(void)state;
	take(&fold, with_sandbox(terminated(1, 105, 140), POD_SANDBOX_TRUE, 145), false, 146);
	assert_ended(&fold, BINDING_FINISHED, 140, 146);
	assert_int_equal(seconds(fold.unpublished.from), 140);
	assert_int_equal(seconds(fold.epoch.evidence.sandbox_ready), 104);
	assert_true(take(&fold, with_sandbox(running(1, 150), POD_SANDBOX_TRUE, 145), false, 152));
	assert_int_equal(seconds(fold.epoch.evidence.sandbox_ready), 145);
	assert_int_equal(seconds(fold.epoch.evidence.first_started), 150);
}

static void what_a_progress_proved_stays_proved(void **state)
{
	struct pod_fold fold = born(running(1, 105));

	(void)state;
	lose(&fold, 300, 290);
	assert_ended(&fold, BINDING_LOST, 280, OPEN);
}

static void a_pod_without_its_node_is_lost(void **state)
{
	struct pod_fold fold = born(running(1, 105));
	struct pod_record without = running(1, 105);
	struct arrival came = arrival(300, 290);

	(void)state;
	pod_fold_node_gone(&fold, &came);
	assert_ended(&fold, BINDING_LOST, 280, OPEN);
	without.node_gone = true;
	assert_false(take(&fold, without, false, 310));
	assert_true(take(&fold, running(1, 105), false, 320)); /* its node came back */
	assert_false(take(&fold, without, false, 330));
	assert_ended(&fold, BINDING_LOST, 105, OPEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_with_the_first_address),
		cmocka_unit_test(begins_a_new_epoch),
		cmocka_unit_test(a_terminal_or_deleted_record_begins_nothing_after_the_end),
		cmocka_unit_test(another_family_joins_the_epoch),
		cmocka_unit_test(ends),
		cmocka_unit_test(absence_is_a_loss_unless_all_had_terminated),
		cmocka_unit_test(lost_can_become_finished_and_nothing_reopens),
		cmocka_unit_test(the_next_epoch_takes_only_its_own_times),
		cmocka_unit_test(the_next_epoch_does_not_take_a_sandbox_older_than_the_end),
		cmocka_unit_test(if_all_containers_restarted_the_sandbox_may_be_new),
		cmocka_unit_test(a_new_sandbox_with_the_old_state_ends_the_epoch),
		cmocka_unit_test(what_a_progress_proved_stays_proved),
		cmocka_unit_test(a_pod_without_its_node_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
