/* What a timeline forgets once its horizon is past it, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/timeline_internal.h"
#include "tests/unit/common/timeline/timeline_fed.h"
#include "tests/unit/quoted.h"

#define STEP 10 /* seconds, of the horizon */
#define RETENTION (32 * STEP)

static struct timeline *opened(void)
{
	static const char *const resources[] = {"pods", "services", "endpointslices", "nodes"};
	const struct timeline_options options = {.hold_ns = NS_PER_SECOND,
						 .kube_from = WHEN_MIN,
						 .kube_until = WHEN_MIN,
						 .retention_ns = RETENTION * NS_PER_SECOND};
	struct timeline *timeline = timeline_open(NULL, &options);

	assert_non_null(timeline);
	for (size_t r = 0; r < sizeof(resources) / sizeof(resources[0]); r++) {
		fed_sync(timeline, 0, "SYNC_BEGIN", resources[r], 1);
		fed_sync(timeline, 0, "SYNC_END", resources[r], 1);
	}
	return timeline;
}

/* Moves the horizon to SECOND, step by step. */
static void move_horizon(struct timeline *timeline, int second)
{
	for (int horizon = STEP; horizon <= second; horizon += STEP) {
		fed_progress(timeline, RETENTION + horizon);
		fed_progress(timeline, RETENTION + horizon + 1);
	}
}

/* How many rows begin with PREFIX, which is freed. */
static int count_rows(struct timeline *timeline, struct text *prefix)
{
	struct span key, value;
	struct store_scan *scan = store_scan_begin(timeline->store, prefix, prefix);
	int rows = 0;

	while (store_scan_next(scan, &key, &value) == 1)
		rows++;
	store_scan_end(scan);
	text_free(prefix);
	return rows;
}

static void feed_pod(struct timeline *timeline, int second, int revision, const char *owner)
{
	char object[512];

	snprintf(object, sizeof(object),
		 quoted("{'metadata':{'name':'a','namespace':'shop','uid':'uid-a',"
			"'resourceVersion':'%d','ownerReferences':[{'controller':true,"
			"'kind':'ReplicaSet','name':'%s','uid':'%s'}]},"
			"'status':{'podIP':'10.1.0.1'}}"),
		 revision, owner, owner);
	fed_object(timeline, second, revision == 2 ? "ADDED" : "MODIFIED", "pods", object);
}

static int count_owned(struct timeline *timeline, const char *owner)
{
	struct text prefix;

	text_init(&prefix, 64);
	row_key_owned(&prefix, timeline->answering->id, span_of(owner), (struct span){"", 0});
	return count_rows(timeline, &prefix);
}

static void an_owner_is_forgotten_with_the_last_version_that_names_it(void **state)
{
	struct timeline *timeline = opened();

	(void)state;
	fed_progress(timeline, 1);
	feed_pod(timeline, 2, 2, "old");
	feed_pod(timeline, 4, 3, "new");
	feed_pod(timeline, 25, 4, "new");
	assert_int_equal(count_owned(timeline, "old"), 1);
	move_horizon(timeline, 40);
	assert_int_equal(count_owned(timeline, "old"), 0);
	assert_int_equal(count_owned(timeline, "new"), 1);
	timeline_close(timeline);
}

static void an_owner_stays_while_a_later_version_names_it(void **state)
{
	struct timeline *timeline = opened();

	(void)state;
	fed_progress(timeline, 1);
	feed_pod(timeline, 2, 2, "first");
	feed_pod(timeline, 4, 3, "between");
	feed_pod(timeline, 6, 4, "first");
	move_horizon(timeline, 40);
	assert_int_equal(count_owned(timeline, "first"), 1);
	assert_int_equal(count_owned(timeline, "between"), 0);
	timeline_close(timeline);
}

static void feed_slice(struct timeline *timeline, int second, int revision, const char *endpoints)
{
	char object[512];

	snprintf(object, sizeof(object),
		 quoted("{'metadata':{'name':'web-x','namespace':'shop','uid':'uid-x',"
			"'resourceVersion':'%d','labels':{'kubernetes.io/service-name':'web'}},"
			"'endpoints':[%s]}"),
		 revision, endpoints);
	fed_object(timeline, second, revision == 2 ? "ADDED" : "MODIFIED", "endpointslices",
		   object);
}

static void a_membership_that_closes_just_before_a_step_is_forgotten(void **state)
{
	struct timeline *timeline = opened();
	struct text prefix;
	struct ip ip;

	(void)state;
	fed_progress(timeline, 1);
	feed_slice(timeline, 2, 2, quoted("{'addresses':['10.1.0.1'],'targetRef':{'uid':'a'}}"));
	feed_slice(timeline, 8, 3, "");
	move_horizon(timeline, 60);
	assert_int_equal(ip_parse("10.1.0.1", 8, &ip), 0);
	text_init(&prefix, 64);
	row_key_address(&prefix, timeline->answering->id, &ip);
	assert_int_equal(count_rows(timeline, &prefix), 0);
	timeline_close(timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_owner_is_forgotten_with_the_last_version_that_names_it),
		cmocka_unit_test(an_owner_stays_while_a_later_version_names_it),
		cmocka_unit_test(a_membership_that_closes_just_before_a_step_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
