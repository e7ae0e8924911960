/* docs/answers.md section 3: sandboxes that died, and what is told of them later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

/* The same, with what was known before it. */
static void take_known(struct pod_fold *fold, struct pod_record record, bool deleted, int64_t at,
		       int64_t known)
{
	struct arrival came = arrival(at, known);
	struct epoch ended;

	pod_fold_record(fold, &record, deleted, &came, &ended);
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

/* A kubelet tells late what became of the containers of a sandbox that died. */
static void nothing_counts_that_is_told_after_the_sandbox_died(void **state)
{
	struct pod_record dying = with_sandbox(running(1, 105), POD_SANDBOX_FALSE, 150);
	struct pod_fold fold = born(with_sandbox(running(1, 105), POD_SANDBOX_TRUE, 104));

	(void)state;
	take_known(&fold, dying, false, 151, 149);
	assert_ended(&fold, BINDING_OPEN, 150, OPEN);
	dying.newest_running = s(195); /* ContainersReady */
	take_known(&fold, dying, false, 196, 194);
	assert_ended(&fold, BINDING_OPEN, 150, OPEN);
	take_known(&fold, dying, true, 200, 198);
	assert_ended(&fold, BINDING_LOST, 150, OPEN);

	fold = born(running(1, 105));
	take_known(&fold, dying, false, 196, 189);
	take_known(&fold, dying, false, 200, 198);
	assert_ended(&fold, BINDING_OPEN, 179, OPEN); /* it was there 10 s before 189 */
	dying.finished[dying.finished_count++] = s(197);
	take_known(&fold, dying, true, 205, 204);
	assert_ended(&fold, BINDING_LOST, 179, OPEN);

	fold = born(running(1, 105));
	take_known(&fold, dying, false, 200, 150);
	assert_ended(&fold, BINDING_OPEN, 197, OPEN); /* a container of it finished then */
}

/* Of the second sandbox only the end is told: what finished in it did not in the first. */
static void a_later_sandbox_may_be_over_when_it_is_shown(void **state)
{
	struct pod_fold fold = born(running(1, 105));

	(void)state;
	take(&fold, with_sandbox(terminated(1, 105, 150), POD_SANDBOX_FALSE, 151), false, 152);
	assert_ended(&fold, BINDING_FINISHED, 150, 152);
	assert_false(take(&fold, with_sandbox(terminated(1, 105, 150), POD_SANDBOX_FALSE, 151),
			  false, 153));
	assert_true(take(&fold, with_sandbox(terminated(1, 160, 180), POD_SANDBOX_FALSE, 181),
			 false, 200));
	assert_ended(&fold, BINDING_FINISHED, 180, 182);
	assert_int_equal(seconds(evidence_possible_from(&fold.epoch.evidence, HOLD)), 150);
}

/* The address of a record with a newer sandbox may be that of the one before, shown or not. */
static void a_newer_sandbox_in_which_nothing_was_started_begins_no_epoch(void **state)
{
	struct pod_fold fold = born(with_sandbox(running(1, 105), POD_SANDBOX_TRUE, 104));
	struct pod_record record;

	(void)state;
	take(&fold, with_sandbox(terminated(0, 105, 150), POD_SANDBOX_FALSE, 145), false, 152);
	assert_ended(&fold, BINDING_ADDRESS_GONE, 150, 152);
	for (uint8_t address = 1; address <= 2; address++) {
		assert_false(take(&fold, with_sandbox(running(address, 105), POD_SANDBOX_TRUE, 160),
				  false, 161));
		assert_int_equal(fold.epoch.number, 110);
	}
	assert_true(take(&fold, with_sandbox(running(2, 162), POD_SANDBOX_TRUE, 160), false, 163));

	fold = born(with_sandbox(running(1, 105), POD_SANDBOX_TRUE, 104));
	assert_false(take(&fold, with_sandbox(running(2, 105), POD_SANDBOX_TRUE, 160), false, 161));
	assert_ended(&fold, BINDING_ADDRESS_GONE, 105, 161);
	assert_int_equal(fold.epoch.address_count, 1);

	/* What it says to have finished ran in a sandbox that no record showed. */
	fold = born(with_sandbox(running(1, 105), POD_SANDBOX_TRUE, 104));
	record = with_sandbox(terminated(2, 130, 158), POD_SANDBOX_TRUE, 160);
	record.started_count = 0;
	assert_false(take(&fold, record, false, 161));
	assert_ended(&fold, BINDING_ADDRESS_GONE, 105, 161);
}

/* A mirror, as a kubelet writes it that was started again at 150; its container was started at STARTED. */
static struct pod_record again(int64_t started, int64_t ready)
{
	struct pod_record record = with_sandbox(running(1, started), POD_SANDBOX_TRUE, ready);

	record.identity = 9;
	record.written_again = started < 150 ? s(150) : WHEN_MIN;
	record.least_start = started < 150 ? s(started) : s(150);
	record.start_time = started < 150 ? WHEN_MIN : s(150);
	if (started < 150)
		record.sandbox_changed = WHEN_MIN;
	return record;
}

static void a_container_is_started_again_after_its_kubelet(void **state)
{
	struct pod_record first = with_sandbox(running(1, 105), POD_SANDBOX_TRUE, 104);
	struct pod_fold fold;

	(void)state;
	first.identity = 9;
	first.written_again = WHEN_MIN;
	fold = born(first);
	assert_true(take(&fold, again(170, 150), false,
			 171)); /* for all that is told, another sandbox */

	fold = born(first);
	assert_false(take(&fold, again(105, 150), false, 151));
	assert_false(take(&fold, again(170, 150), false, 171));
	assert_false(take(&fold, again(180, 150), false, 181));
	assert_int_equal(fold.epoch.evidence.how, BINDING_OPEN);
	assert_int_equal(seconds(fold.start_time), 100);
	assert_true(take(&fold, again(190, 189), false, 191));
	assert_int_equal(seconds(fold.epoch.evidence.sandbox_ready), 189);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_counts_that_is_told_after_the_sandbox_died),
		cmocka_unit_test(a_later_sandbox_may_be_over_when_it_is_shown),
		cmocka_unit_test(a_newer_sandbox_in_which_nothing_was_started_begins_no_epoch),
		cmocka_unit_test(a_container_is_started_again_after_its_kubelet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
