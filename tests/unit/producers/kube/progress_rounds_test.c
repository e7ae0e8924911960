#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "common/record/kube_event.h"
#include "producers/kube/progress_rounds.h"
#include "producers/kube/watch.h"

#define MS(n) ((n)*NS_PER_MS)

/* Milliseconds after 2026-01-01T00:00:00Z. */
static struct when at(int64_t ms)
{
	return (struct when){1767225600 * NS_PER_SECOND + ms * NS_PER_MS};
}

/* Every clock shows this instant. */
static const struct clocks *now(int64_t ms)
{
	static struct clocks clocks;

	clocks = (struct clocks){at(ms), at(ms), at(ms)};
	return &clocks;
}

struct fixture {
	struct watch watches[KUBE_RESOURCES];
	struct watch_stats stats;
	struct progress_rounds progress;
};

/* Every watch is open at REVISION; no round has begun. */
static void prepare(struct fixture *f, uint64_t revision)
{
	*f = (struct fixture){0};
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		watch_init(&f->watches[r], (enum kube_resource)r, "c", 1, &f->stats);
		f->watches[r].state = WATCH_OPEN;
		f->watches[r].revision = revision;
		f->watches[r].heard_at = at(0);
	}
	progress_rounds_init(&f->progress, "c", MS(1000));
}

static void begin(struct fixture *f, const struct clocks *clocks)
{
	progress_rounds_begin(&f->progress, f->watches, clocks);
}

static bool due(const struct fixture *f, const struct clocks *clocks)
{
	return progress_rounds_due(&f->progress, f->watches, clocks);
}

static void answer_all(struct fixture *f, uint64_t revision, const struct clocks *clocks)
{
	for (int r = 0; r < KUBE_RESOURCES; r++)
		assert_true(progress_rounds_answered(&f->progress, (enum kube_resource)r, revision,
						     clocks));
}

/* KNOWN of the PROGRESS that comes at MS, in milliseconds too; -1 for none. */
static int64_t promised(struct fixture *f, int64_t ms)
{
	struct kube_event event;
	struct fault fault;
	struct text record;
	int64_t known = -1;

	text_init(&record, 65536);
	if (progress_rounds_next(&f->progress, f->watches, now(ms), &record)) {
		assert_int_equal(kube_event_parse(record.data, record.length, &event, &fault), 0);
		assert_int_equal(event.type, KUBE_PROGRESS);
		assert_int_equal(event.received.ns, at(ms).ns);
		known = when_since(event.known, at(0)) / NS_PER_MS;
	}
	text_free(&record);
	return known;
}

static void promises_after_the_settling_time(void **state)
{
	(void)state;
	struct fixture f;

	prepare(&f, 10);
	assert_true(due(&f, now(0)));
	begin(&f, now(0));
	assert_false(due(&f, now(5000)));
	assert_int_equal(promised(&f, 4), -1);
	answer_all(&f, 12, now(5));
	assert_int_equal(promised(&f, 104), -1);
	assert_int_equal(promised(&f, 105), 0);
	assert_int_equal(f.watches[KUBE_PODS].revision, 12);
	assert_int_equal(f.watches[KUBE_PODS].known.ns, at(0).ns);
	assert_false(due(&f, now(749)));
	assert_true(due(&f, now(750)));
}

static void promises_at_once_what_every_watch_has_reached(void **state)
{
	(void)state;
	struct fixture f;

	prepare(&f, 12);
	begin(&f, now(0));
	answer_all(&f, 12, now(5));
	assert_int_equal(promised(&f, 5), 0);
}

static void waits_while_changes_keep_coming(void **state)
{
	(void)state;
	struct fixture f;

	prepare(&f, 10);
	begin(&f, now(0));
	answer_all(&f, 20, now(5));
	f.watches[KUBE_PODS].heard_at = at(90);
	assert_int_equal(promised(&f, 150), -1);
	f.watches[KUBE_PODS].revision = 20;
	assert_int_equal(promised(&f, 151), 0);
}

static void promises_nothing_if_a_watch_has_closed(void **state)
{
	(void)state;
	struct fixture f;

	prepare(&f, 10);
	begin(&f, now(0));
	answer_all(&f, 10, now(5));
	f.watches[KUBE_NODES].openings++;
	assert_int_equal(promised(&f, 500), -1);
	assert_int_equal(f.progress.abandoned, 1);

	begin(&f, now(1000));
	answer_all(&f, 10, now(1005));
	f.watches[KUBE_NODES].state = WATCH_TO_WATCH;
	assert_int_equal(promised(&f, 1500), -1);
	assert_false(due(&f, now(9000)));
	f.watches[KUBE_NODES].state = WATCH_LEFT_OUT;
	assert_true(due(&f, now(9000)));
}

static void promises_nothing_without_every_answer(void **state)
{
	(void)state;
	struct fixture f;

	prepare(&f, 10);
	begin(&f, now(0));
	for (int r = 1; r < KUBE_RESOURCES; r++)
		progress_rounds_answered(&f.progress, (enum kube_resource)r, 10, now(5));
	assert_int_equal(promised(&f, 5000), -1);
}

static void sees_revisions_go_back(void **state)
{
	(void)state;
	struct fixture f;

	prepare(&f, 10);
	begin(&f, now(0));
	assert_false(progress_rounds_answered(&f.progress, KUBE_PODS, 9, now(5)));
}

static void known_does_not_follow_a_clock_that_is_set_back(void **state)
{
	(void)state;
	struct fixture f;

	prepare(&f, 10);
	f.progress.last_known = at(2000);
	begin(&f, now(1000));
	answer_all(&f, 10, now(1005));
	assert_int_equal(promised(&f, 1005), -1);
	begin(&f, now(2000));
	answer_all(&f, 10, now(2005));
	assert_int_equal(promised(&f, 2005), 2000);
}

static void settles_by_a_clock_that_is_never_set(void **state)
{
	(void)state;
	struct fixture f;
	struct text record;
	/* An hour back between the question and the answer. */
	struct clocks clocks = {at(0), at(0), at(0)};

	text_init(&record, 65536);
	prepare(&f, 10);
	begin(&f, &clocks);
	clocks = (struct clocks){at(5), at(-3600000), at(0)};
	answer_all(&f, 12, &clocks);
	clocks.tick = at(105);
	assert_true(progress_rounds_next(&f.progress, f.watches, &clocks, &record));
	/* The next one would have an earlier KNOWN. */
	clocks.tick = at(2000);
	assert_true(due(&f, &clocks));
	begin(&f, &clocks);
	answer_all(&f, 12, &clocks);
	assert_false(progress_rounds_next(&f.progress, f.watches, &clocks, &record));
	assert_int_equal(f.progress.abandoned, 1);
	text_free(&record);
}

static void settles_longer_after_a_broken_promise(void **state)
{
	(void)state;
	struct fixture f;

	prepare(&f, 10);
	f.stats.late = 1;
	begin(&f, now(0));
	answer_all(&f, 12, now(5));
	assert_int_equal(promised(&f, 105), -1);
	assert_int_equal(promised(&f, 205), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(promises_after_the_settling_time),
		cmocka_unit_test(promises_at_once_what_every_watch_has_reached),
		cmocka_unit_test(waits_while_changes_keep_coming),
		cmocka_unit_test(promises_nothing_if_a_watch_has_closed),
		cmocka_unit_test(promises_nothing_without_every_answer),
		cmocka_unit_test(sees_revisions_go_back),
		cmocka_unit_test(known_does_not_follow_a_clock_that_is_set_back),
		cmocka_unit_test(settles_by_a_clock_that_is_never_set),
		cmocka_unit_test(settles_longer_after_a_broken_promise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
