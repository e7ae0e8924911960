/* docs/answers.md section 6: while the address of a pod is unpublished. */
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

static struct pod_fold born(struct pod_record record)
{
	struct pod_fold fold = pod_fold_none();

	assert_false(take(&fold, record, false, 110));
	return fold;
}

static void assert_unpublished(const struct pod_fold *fold, bool there, int64_t from, int64_t until)
{
	assert_int_equal(fold->unpublished.there, there);
	if (!there)
		return;
	assert_int_equal(seconds(fold->unpublished.from), from);
	assert_int_equal(seconds(fold->unpublished.until), until);
}

static void is_unpublished_between_start_and_address(void **state)
{
	struct pod_fold fold = born(pod(0)), rejected = born(pod(0)), unseen = pod_fold_none();
	struct pod_fold ended = born(pod(0));
	struct pod_record failed = pod(0), before = pod(0);

	(void)state;
	assert_unpublished(&fold, true, 100, OPEN);
	take(&fold, running(1, 105), false, 120);
	assert_unpublished(&fold, false, 0, 0);
	take(&fold, pod(0), false, 130); /* the sandbox is gone, the pod is not */
	assert_unpublished(&fold, true, 105, OPEN);
	failed.terminal = true;
	take(&fold, failed, false, 140);
	assert_unpublished(&fold, true, 105, 140);
	take(&rejected, failed, false, 125);
	assert_unpublished(&rejected, true, 100, 125);
	assert_false(rejected.unpublished.released);
	failed.all_terminated = true; /* as only a kubelet reports it */
	take(&rejected, failed, false, 127);
	assert_unpublished(&rejected, true, 100, 125);
	assert_false(rejected.unpublished.released); /* others had ended it before */
	take(&ended, failed, false, 127);
	assert_unpublished(&ended, true, 100, 127);
	assert_true(ended.unpublished.released);
	before.node = 0;
	take(&unseen, before, false, 110);
	assert_unpublished(&unseen, false, 0, 0);
}

/* Nothing says how long the second epoch was there, so the third is not before the end of the first. */
static void an_epoch_without_evidence_keeps_what_was_known_before(void **state)
{
	struct pod_record bare = pod(1);
	struct pod_fold fold;

	(void)state;
	bare.newest_running = WHEN_MIN;
	fold = born(bare);
	for (int64_t at = 300; at <= 320; at += 20) {
		struct arrival came = arrival(at, at == 300 ? 290 : NONE);

		pod_fold_absent(&fold, &came);
		assert_true(take(&fold, bare, false, at + 10));
		assert_int_equal(seconds(evidence_possible_from(&fold.epoch.evidence, HOLD)), 280);
	}
}

static struct pod_record with_sandbox(enum pod_sandbox sandbox, int64_t changed)
{
	struct pod_record record = pod(0);

	record.sandbox = sandbox;
	record.sandbox_changed = s(changed);
	return record;
}

/* A sandbox that was reported ready is gone before its address was reported. */
static void a_sandbox_dies_before_its_address_is_published(void **state)
{
	struct pod_fold fold = born(with_sandbox(POD_SANDBOX_FALSE, 100));
	struct pod_fold again = fold;

	(void)state;
	take(&fold, with_sandbox(POD_SANDBOX_TRUE, 103), false, 120);
	take(&fold, with_sandbox(POD_SANDBOX_TRUE, 103), false, 121);
	assert_int_equal(seconds(fold.unpublished.dead), OPEN);
	again = fold;
	take(&fold, with_sandbox(POD_SANDBOX_FALSE, 130), false, 131);
	take(&fold, with_sandbox(POD_SANDBOX_TRUE, 140), false, 141);
	assert_int_equal(seconds(fold.unpublished.dead), 130);
	take(&again, with_sandbox(POD_SANDBOX_TRUE, 140), false, 141);
	assert_int_equal(seconds(again.unpublished.dead), 140);
	take(&again, running(1, 145), false, 146);
	assert_int_equal(seconds(again.unpublished.dead), OPEN);
	assert_int_equal(seconds(again.before.dead), 140);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_unpublished_between_start_and_address),
		cmocka_unit_test(an_epoch_without_evidence_keeps_what_was_known_before),
		cmocka_unit_test(a_sandbox_dies_before_its_address_is_published),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
