/* Random faults on a virtual clock: whatever the server does, each change is written once or
 * declared lost, and no PROGRESS promises what was not written.
 *
 * KUBE_SCRIPTS=N runs N scripts and prints the totals; KUBE_SCRIPT=SEED runs one. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "common/program/log.h"
#include "common/record/kube_event.h"
#include "producers/kube/resume.h"
#include "producers/kube/watches.h"
#include "tests/unit/producers/kube/fake_api.h"

#define SCRIPTS 40
#define RECORDS_MAX 200000
#define GAPS_MAX 2000
#define PROGRESS_MAX 2000
#define FAULTS_NS (60 * NS_PER_SECOND)
#define CALM_NS (150 * NS_PER_SECOND)
#define STILL_NS (15 * NS_PER_SECOND) /* without changes, at the end */

struct totals {
	uint64_t scripts, faults, changes, in_gaps, gaps, needless, requests, lists, progress;
};

struct gap {
	enum kube_resource resource;
	struct when from, to;
	size_t index; /* of the record */
};

struct object {
	bool there, seen;
	unsigned life;
	size_t change;
};

/* What the judge has read of the output. */
struct judge {
	size_t records;
	uint8_t *times; /* each change was written, outside lists */
	size_t *index;  /* of the record of the first time */
	struct gap gaps[GAPS_MAX];
	size_t gap_count, needless;
	struct {
		struct when known;
		size_t index;
	} progress[PROGRESS_MAX];
	size_t progress_count;
	uint64_t sync[KUBE_RESOURCES]; /* the revision of the list under way, or 0 */
	bool synced[KUBE_RESOURCES];
	size_t first_list[KUBE_RESOURCES]; /* the changes that the first list covers */
	struct object state[KUBE_RESOURCES][FAKE_SLOTS];
};

static void take_object(struct judge *judge, const struct kube_event *event)
{
	size_t change = strtoul(event->name + 1, NULL, 10);
	int slot = (int)strtol(event->uid, NULL, 10);
	struct object *object = &judge->state[event->resource][slot];
	/* A list that a kill has broken off is still open. */
	bool item = event->resource_version <= judge->sync[event->resource];

	assert_true(change < fake_count());
	if (!item && judge->times[change]++ == 0)
		judge->index[change] = judge->records;
	object->there = event->type != KUBE_DELETED;
	object->change = change;
	object->seen = true;
}

/* A list of REVISION begins; 0: it ends. */
static void take_sync(struct judge *judge, enum kube_resource resource, uint64_t revision)
{
	for (int slot = 0; slot < FAKE_SLOTS; slot++) {
		struct object *object = &judge->state[resource][slot];

		if (revision == 0 && !object->seen)
			object->there = false;
		object->seen = false;
	}
	judge->sync[resource] = revision;
}

static void take_record(struct judge *judge, const struct kube_event *event)
{
	enum kube_resource r = event->resource;

	switch (event->type) {
	case KUBE_PROGRESS:
		assert_true(judge->progress_count < PROGRESS_MAX);
		judge->progress[judge->progress_count].known = event->known;
		judge->progress[judge->progress_count++].index = judge->records;
		break;
	case KUBE_GAP:
		assert_true(judge->gap_count < GAPS_MAX);
		judge->gaps[judge->gap_count++] =
			(struct gap){r, event->from, event->to, judge->records};
		judge->needless += !fake_api_told_lost(r);
		break;
	case KUBE_SYNC_BEGIN:
		if (!judge->synced[r])
			while (judge->first_list[r] < fake_count() &&
			       fake_changes()[judge->first_list[r]].revision <=
				       event->resource_version)
				judge->first_list[r]++;
		judge->synced[r] = true;
		take_sync(judge, r, event->resource_version);
		break;
	case KUBE_SYNC_END:
		take_sync(judge, r, 0);
		break;
	default:
		take_object(judge, event);
		break;
	}
	judge->records++;
}

/* True if a GAP declares the change; one after record INDEX does not count. */
static bool declared(const struct judge *judge, const struct fake_change *change, size_t index)
{
	for (size_t i = 0; i < judge->gap_count; i++) {
		const struct gap *gap = &judge->gaps[i];

		if (gap->resource == change->resource && when_not_after(gap->from, change->at) &&
		    when_not_after(change->at, gap->to) && gap->index < index)
			return true;
	}
	return false;
}

/* The first PROGRESS that promises the change. */
static size_t promised(const struct judge *judge, const struct fake_change *change)
{
	size_t i = 0;

	while (i < judge->progress_count && when_not_after(judge->progress[i].known, change->at))
		i++;
	return i < judge->progress_count ? judge->progress[i].index : SIZE_MAX;
}

static void judge_change(const struct judge *judge, size_t i, struct totals *totals)
{
	const struct fake_change *change = &fake_changes()[i];
	size_t index = promised(judge, change);
	bool written = judge->times[i] > 0;

	if (change->resource == KUBE_RESOURCES || i < judge->first_list[change->resource])
		return;
	totals->changes++;
	if (judge->times[i] > 1)
		fail_msg("%s %zu was written %u times", kube_resource_name(change->resource), i,
			 judge->times[i]);
	if (!written && !declared(judge, change, SIZE_MAX))
		fail_msg("%s %zu of revision %" PRIu64 " at %" PRId64 " ms was lost",
			 kube_resource_name(change->resource), i, change->revision,
			 when_since(change->at, fake_changes()[0].at) / NS_PER_MS);
	if (!(written && judge->index[i] < index) && !declared(judge, change, index))
		fail_msg("%s %zu was promised by record %zu and written as %zu",
			 kube_resource_name(change->resource), i, index, judge->index[i]);
	totals->in_gaps += !written;
}

static void judge_state(const struct judge *judge)
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		for (int slot = 0; slot < FAKE_SLOTS; slot++) {
			const struct fake_change *now = fake_state((enum kube_resource)r, slot);
			const struct object *object = &judge->state[r][slot];
			bool same = object->there == (now != NULL) &&
				    (now == NULL || &fake_changes()[object->change] == now);

			if (!same)
				fail_msg("%s: slot %d differs",
					 kube_resource_name((enum kube_resource)r), slot);
		}
	}
}

struct run {
	struct watches_options options;
	struct access access;
	struct resume resume;
	struct watches *watches;
	struct judge judge;
	struct text record;
	uint64_t seed;
	uint64_t faults;
	int kill_after; /* records, -1: not */
};

static void start(struct run *run)
{
	run->watches = watches_open(&run->options, &run->access, &run->resume, run->seed++);
	assert_non_null(run->watches);
}

static void take(struct run *run)
{
	struct kube_event event;
	struct fault fault;

	assert_int_equal(kube_event_parse(run->record.data, run->record.length, &event, &fault), 0);
	take_record(&run->judge, &event);
	resume_take(&run->resume, "c", &event);
	kube_event_clear(&event);
}

static void turn(struct run *run)
{
	enum watches_status status;

	assert_int_equal(watches_ask(run->watches, fake_clocks()), 0);
	assert_int_equal(watches_turn(run->watches), 0);
	for (;;) {
		text_clear(&run->record);
		status = watches_next(run->watches, fake_clocks(), &run->record);
		if (status != WATCHES_RECORD)
			break;
		take(run);
		if (run->kill_after > 0 && --run->kill_after == 0) {
			watches_close(run->watches);
			start(run);
		}
	}
	assert_int_equal(status, WATCHES_QUIET);
}

static enum kube_resource some_resource(void)
{
	/* Now and then all of them. */
	return (enum kube_resource)fake_draw(KUBE_RESOURCES + 1);
}

static void one_fault(struct run *run)
{
	static const int64_t statuses[] = {401, 403, 429, 500, 503};
	static const int64_t rates[] = {1, 40, 400};
	enum kube_resource resource = some_resource();
	int64_t ms = 100 + (int64_t)(fake_draw(10) < 8 ? fake_draw(4000) : fake_draw(25000));
	enum fake_fault fault = (enum fake_fault)fake_draw(FAKE_LIE);
	int64_t parameter = 0;

	run->faults++;
	switch (fake_draw(40)) {
	case 0:
		fake_api_restart();
		return;
	case 1:
		fake_api_restore();
		return;
	case 2:
	case 3:
		run->kill_after = 1 + (int)fake_draw(20);
		return;
	default:
		break;
	}
	if (fake_draw(4) == 0) {
		fake_api_cut(resource, fake_draw(2));
		return;
	}
	if (fault == FAKE_STATUS)
		parameter = statuses[fake_draw(5)];
	else if (fault == FAKE_SLOW)
		parameter = rates[fake_draw(3)];
	else if (fault == FAKE_SHORT)
		parameter = (int64_t)fake_draw(4000);
	else if (fault == FAKE_LAG)
		parameter = (int64_t)fake_draw(5000);
	fake_api_set(fault, resource, ms, parameter);
}

/* Commits what a cluster does in PASSED_NS. */
static void changes(int64_t passed_ns, uint64_t activity)
{
	/* In 100 s. The last is everything else, such as leases. */
	static const int64_t rates[KUBE_RESOURCES + 1] = {300, 30, 150, 20, 3, 60, 10, 300};

	for (int r = 0; r <= KUBE_RESOURCES; r++)
		if ((int64_t)fake_draw(100) * NS_PER_SECOND <
		    passed_ns * rates[r] / 100 * (int64_t)activity * 100 / 100)
			fake_commit((enum kube_resource)r);
}

static void play(struct run *run)
{
	struct when begin = fake_clocks()->tick, next = when_add(begin, 3 * NS_PER_SECOND);
	uint64_t activity = 1 + fake_draw(4);

	for (;;) {
		struct when before = fake_clocks()->tick;
		int64_t age = when_since(before, begin);

		if (age >= FAULTS_NS + CALM_NS)
			return;
		turn(run);
		if (age < FAULTS_NS + CALM_NS - STILL_NS)
			changes(when_since(fake_clocks()->tick, before), activity);
		if (age < FAULTS_NS && when_before(next, before)) {
			one_fault(run);
			next = when_add(before, (int64_t)fake_draw(5000) * NS_PER_MS);
		}
	}
}

static void run_script(uint64_t seed, struct totals *totals)
{
	struct run *run = calloc(1, sizeof(*run));
	struct judge *judge = &run->judge;

	fake_start(seed);
	run->options = (struct watches_options){
		.cluster = "c",
		.progress_interval_ns = NS_PER_SECOND,
		.sync_interval_ns = seed % 2 ? 0 : 15 * NS_PER_SECOND,
	};
	run->seed = seed;
	run->kill_after = -1;
	judge->times = calloc(FAKE_CHANGES, 1);
	judge->index = calloc(FAKE_CHANGES, sizeof(*judge->index));
	text_init(&run->record, 1u << 20);
	resume_init(&run->resume);
	for (int i = 0; i < 200; i++)
		fake_commit((enum kube_resource)fake_draw(KUBE_RESOURCES));
	fake_age();
	fake_api_start(seed % 4 != 0);
	start(run);
	play(run);
	for (size_t i = 0; i < fake_count(); i++)
		judge_change(judge, i, totals);
	judge_state(judge);
	assert_true(judge->progress_count > 0);
	if (when_since(fake_clocks()->wall, judge->progress[judge->progress_count - 1].known) >
	    5 * NS_PER_SECOND)
		fail_msg("known does not go on at the end");
	watches_close(run->watches);
	totals->scripts++;
	totals->faults += run->faults;
	totals->gaps += judge->gap_count;
	totals->needless += judge->needless;
	totals->progress += judge->progress_count;
	totals->requests += fake_api_requests();
	totals->lists += fake_api_lists();
	text_free(&run->record);
	free(judge->times);
	free(judge->index);
	free(run);
	fake_end();
}

static void every_change_is_written_once_or_declared(void **state)
{
	const char *count = getenv("KUBE_SCRIPTS"), *one = getenv("KUBE_SCRIPT");
	uint64_t from = one != NULL ? strtoull(one, NULL, 10) : 1;
	uint64_t scripts = count != NULL ? strtoull(count, NULL, 10) : one != NULL ? 1 : SCRIPTS;
	struct totals totals = {0};

	(void)state;
	log_init("test", one != NULL ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, LOG_LOGFMT);
	for (uint64_t seed = from; seed < from + scripts; seed++) {
		run_script(seed, &totals);
	}
	printf("%" PRIu64 " scripts, %" PRIu64 " faults, %" PRIu64 " changes, %" PRIu64
	       " of them in a GAP; %" PRIu64 " GAPs, %" PRIu64 " needless; %" PRIu64
	       " PROGRESS; %" PRIu64 " requests, %" PRIu64 " lists\n",
	       totals.scripts, totals.faults, totals.changes, totals.in_gaps, totals.gaps,
	       totals.needless, totals.progress, totals.requests, totals.lists);
	/* At most one for 100 faults. */
	assert_true(totals.needless * 100 <= totals.faults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_change_is_written_once_or_declared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
