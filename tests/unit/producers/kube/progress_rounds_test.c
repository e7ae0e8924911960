#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "common/record/kube_event.h"
#include "producers/kube/kube_event_add.h"
#include "producers/kube/progress_rounds.h"
#include "producers/kube/resume.h"
#include "producers/kube/watch.h"

#define MS(n) ((n)*NS_PER_MS)

/* Milliseconds after 2026-01-01T00:00:00Z. */
static struct when at(int64_t ms)
{
	return (struct when){1767225600 * NS_PER_SECOND + ms * NS_PER_MS};
}

/* Every clock shows that. */
static const struct clocks *now(int64_t ms)
{
	static struct clocks clocks;

	clocks = (struct clocks){at(ms), at(ms), at(ms)};
	return &clocks;
}

static void open_all(struct watch watches[KUBE_RESOURCES], uint64_t revision)
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		watch_init(&watches[r], (enum kube_resource)r, "c", 1);
		watches[r].state = WATCH_OPEN;
		watches[r].revision = revision;
		watches[r].heard_at = at(0);
	}
}

static void answer_all(struct progress_rounds *progress, uint64_t revision, int64_t ms)
{
	for (int r = 0; r < KUBE_RESOURCES; r++)
		assert_int_equal(progress_rounds_answered(progress, (enum kube_resource)r, revision,
							  now(ms)),
				 PROGRESS_TAKEN);
}

/* The known of the PROGRESS that is given at MS, in the same milliseconds; -1 for none. */
static int64_t given(struct progress_rounds *progress, struct watch watches[KUBE_RESOURCES],
		     int64_t ms)
{
	struct kube_event event;
	struct text record;
	int64_t known = -1;

	text_init(&record, 65536);
	if (progress_rounds_next(progress, watches, now(ms), &record)) {
		assert_int_equal(kube_event_parse(record.data, record.length, &event, NULL),
				 KUBE_EVENT_READ);
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
	struct watch watches[KUBE_RESOURCES];
	struct progress_rounds progress;

	open_all(watches, 10);
	progress_rounds_init(&progress, "c", MS(1000));
	assert_true(progress_rounds_due(&progress, watches, now(0)));
	progress_rounds_begin(&progress, watches, now(0));
	assert_false(progress_rounds_due(&progress, watches, now(5000)));
	assert_int_equal(given(&progress, watches, 4), -1);
	answer_all(&progress, 12, 5);
	assert_int_equal(given(&progress, watches, 104), -1);
	assert_int_equal(given(&progress, watches, 105), 0);
	assert_int_equal(watches[KUBE_PODS].revision, 12);
	assert_int_equal(watches[KUBE_PODS].known.ns, at(0).ns);
	assert_false(progress_rounds_due(&progress, watches, now(749)));
	assert_true(progress_rounds_due(&progress, watches, now(750)));
}

static void promises_at_once_what_every_watch_has_reached(void **state)
{
	(void)state;
	struct watch watches[KUBE_RESOURCES];
	struct progress_rounds progress;

	open_all(watches, 12);
	progress_rounds_init(&progress, "c", MS(1000));
	progress_rounds_begin(&progress, watches, now(0));
	answer_all(&progress, 12, 5);
	assert_int_equal(given(&progress, watches, 5), 0);
}

static void waits_while_changes_keep_coming(void **state)
{
	(void)state;
	struct watch watches[KUBE_RESOURCES];
	struct progress_rounds progress;

	open_all(watches, 10);
	progress_rounds_init(&progress, "c", MS(1000));
	progress_rounds_begin(&progress, watches, now(0));
	answer_all(&progress, 20, 5);
	watches[KUBE_PODS].heard_at = at(90);
	assert_int_equal(given(&progress, watches, 150), -1);
	watches[KUBE_PODS].revision = 20;
	assert_int_equal(given(&progress, watches, 151), 0);
}

static void promises_nothing_when_a_watch_closed_meanwhile(void **state)
{
	(void)state;
	struct watch watches[KUBE_RESOURCES];
	struct progress_rounds progress;

	open_all(watches, 10);
	progress_rounds_init(&progress, "c", MS(1000));
	progress_rounds_begin(&progress, watches, now(0));
	answer_all(&progress, 10, 5);
	watches[KUBE_NODES].openings++;
	assert_int_equal(given(&progress, watches, 500), -1);
	assert_int_equal(progress.abandoned, 1);

	progress_rounds_begin(&progress, watches, now(1000));
	answer_all(&progress, 10, 1005);
	watches[KUBE_NODES].state = WATCH_TO_WATCH;
	assert_int_equal(given(&progress, watches, 1500), -1);
	assert_false(progress_rounds_due(&progress, watches, now(9000)));
	watches[KUBE_NODES].state = WATCH_LEFT_OUT;
	assert_true(progress_rounds_due(&progress, watches, now(9000)));
}

static void promises_nothing_without_every_answer(void **state)
{
	(void)state;
	struct watch watches[KUBE_RESOURCES];
	struct progress_rounds progress;

	open_all(watches, 10);
	progress_rounds_init(&progress, "c", MS(1000));
	progress_rounds_begin(&progress, watches, now(0));
	for (int r = 1; r < KUBE_RESOURCES; r++)
		progress_rounds_answered(&progress, (enum kube_resource)r, 10, now(5));
	assert_int_equal(given(&progress, watches, 5000), -1);
}

static void sees_revisions_go_back(void **state)
{
	(void)state;
	struct watch watches[KUBE_RESOURCES];
	struct progress_rounds progress;

	open_all(watches, 10);
	progress_rounds_init(&progress, "c", MS(1000));
	progress_rounds_begin(&progress, watches, now(0));
	assert_int_equal(progress_rounds_answered(&progress, KUBE_PODS, 9, now(5)),
			 PROGRESS_WENT_BACK);
}

static void known_does_not_follow_a_clock_that_is_set_back(void **state)
{
	(void)state;
	struct watch watches[KUBE_RESOURCES];
	struct progress_rounds progress;

	open_all(watches, 10);
	progress_rounds_init(&progress, "c", MS(1000));
	progress.last_known = at(2000);
	progress_rounds_begin(&progress, watches, now(1000));
	answer_all(&progress, 10, 1005);
	assert_int_equal(given(&progress, watches, 1005), -1);
	progress_rounds_begin(&progress, watches, now(2000));
	answer_all(&progress, 10, 2005);
	assert_int_equal(given(&progress, watches, 2005), 2000);
}

static void settles_by_a_clock_that_is_never_set(void **state)
{
	(void)state;
	struct watch watches[KUBE_RESOURCES];
	struct progress_rounds progress;
	struct text record;
	/* An hour back between the question and the answer. */
	struct clocks clocks = {at(0), at(0), at(0)};

	text_init(&record, 65536);
	open_all(watches, 10);
	progress_rounds_init(&progress, "c", MS(1000));
	progress_rounds_begin(&progress, watches, &clocks);
	clocks = (struct clocks){at(5), at(-3600000), at(0)};
	for (int r = 0; r < KUBE_RESOURCES; r++)
		progress_rounds_answered(&progress, (enum kube_resource)r, 12, &clocks);
	clocks.tick = at(105);
	assert_true(progress_rounds_next(&progress, watches, &clocks, &record));
	/* The next one would be known earlier than that. */
	clocks.tick = at(2000);
	assert_true(progress_rounds_due(&progress, watches, &clocks));
	progress_rounds_begin(&progress, watches, &clocks);
	for (int r = 0; r < KUBE_RESOURCES; r++)
		progress_rounds_answered(&progress, (enum kube_resource)r, 12, &clocks);
	assert_false(progress_rounds_next(&progress, watches, &clocks, &record));
	assert_int_equal(progress.set_back, 1);
	text_free(&record);
}

static void settles_longer_after_a_broken_promise(void **state)
{
	(void)state;
	struct watch watches[KUBE_RESOURCES];
	struct progress_rounds progress;

	open_all(watches, 10);
	progress_rounds_init(&progress, "c", MS(1000));
	watches[KUBE_PODS].stats.late = 1;
	progress_rounds_begin(&progress, watches, now(0));
	answer_all(&progress, 12, 5);
	assert_int_equal(given(&progress, watches, 105), -1);
	assert_int_equal(given(&progress, watches, 205), 0);
}

/* One record as the next in the output's end. */
static void take(struct resume *resume, const char *text)
{
	struct kube_event event;

	assert_int_equal(kube_event_parse(text, strlen(text), &event, NULL), KUBE_EVENT_READ);
	resume_take(resume, "c", &event);
	kube_event_clear(&event);
}

#define POD(revision)                                                                            \
	"{\"type\":\"MODIFIED\",\"cluster\":\"c\",\"resource\":\"pods\",\"received\":\"2026-01-" \
	"01T00:00:09Z\","                                                                        \
	"\"object\":{\"metadata\":{\"uid\":\"u\",\"name\":\"n\",\"resourceVersion\":\"" revision \
	"\"}}}"
#define PROGRESS                                                                          \
	"{\"type\":\"PROGRESS\",\"cluster\":\"c\",\"received\":\"2026-01-01T00:00:02Z\"," \
	"\"known\":\"2026-01-01T00:00:01Z\",\"revisions\":{\"pods\":\"20\",\"nodes\":\"20\"}}"
#define SYNC(type, revision) \
	"{\"type\":\"" type  \
	"\",\"cluster\":\"c\",\"resource\":\"pods\",\"resourceVersion\":\"" revision "\"}"

static void resumes_behind_the_last_progress(void **state)
{
	(void)state;
	struct resume resume;

	resume_init(&resume);
	take(&resume, POD("19"));
	take(&resume, PROGRESS);
	take(&resume, POD("21"));
	take(&resume,
	     "{\"type\":\"PROGRESS\",\"cluster\":\"other\",\"known\":\"2026-01-01T00:00:05Z\"}");
	assert_true(resume.proven);
	assert_int_equal(resume.revisions[KUBE_PODS], 21);
	assert_int_equal(resume.revisions[KUBE_NODES], 20);
	assert_int_equal(resume.revisions[KUBE_JOBS], 0);
	assert_int_equal(resume.known.ns, at(1000).ns);
	assert_int_equal(resume.received.ns, at(9000).ns);
}

static void lists_again_what_broke_off_in_a_list(void **state)
{
	(void)state;
	struct resume resume;

	resume_init(&resume);
	take(&resume, PROGRESS);
	take(&resume, SYNC("SYNC_BEGIN", "30"));
	take(&resume, POD("21"));
	assert_int_equal(resume.revisions[KUBE_PODS], 0);
	take(&resume, SYNC("SYNC_END", "30"));
	assert_int_equal(resume.revisions[KUBE_PODS], 30);
	take(&resume, POD("31"));
	assert_int_equal(resume.revisions[KUBE_PODS], 31);
}

static void trusts_no_change_without_a_progress(void **state)
{
	(void)state;
	struct resume resume;

	resume_init(&resume);
	take(&resume, POD("19"));
	take(&resume, SYNC("SYNC_END", "30"));
	assert_true(resume.any);
	assert_false(resume.proven);
	assert_int_equal(resume.revisions[KUBE_PODS], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(promises_after_the_settling_time),
		cmocka_unit_test(promises_at_once_what_every_watch_has_reached),
		cmocka_unit_test(waits_while_changes_keep_coming),
		cmocka_unit_test(promises_nothing_when_a_watch_closed_meanwhile),
		cmocka_unit_test(promises_nothing_without_every_answer),
		cmocka_unit_test(sees_revisions_go_back),
		cmocka_unit_test(known_does_not_follow_a_clock_that_is_set_back),
		cmocka_unit_test(settles_by_a_clock_that_is_never_set),
		cmocka_unit_test(settles_longer_after_a_broken_promise),
		cmocka_unit_test(resumes_behind_the_last_progress),
		cmocka_unit_test(lists_again_what_broke_off_in_a_list),
		cmocka_unit_test(trusts_no_change_without_a_progress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
