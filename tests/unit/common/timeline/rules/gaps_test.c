/* What is known of a cluster as a whole: GAPs, coverage, PROGRESS, ranges. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/rules/gaps.h"
#include "common/timeline/rules/unread.h"
#include "common/timeline/store/rows.h"

#define NONE INT64_MIN
#define OPEN INT64_MAX

static struct when s(int64_t seconds)
{
	return seconds == NONE || seconds == OPEN ? (struct when){seconds}
						  : (struct when){seconds * NS_PER_SECOND};
}

static void a_gap_counts_from_hold_before_it(void **state)
{
	static const struct {
		int64_t start, end;
		unsigned resources;
		uint64_t position;
		bool overlaps;
	} cases[] = {
		{80, 89, 1, 9, false},  {80, 90, 1, 9, true},    {150, 160, 1, 9, true},
		{200, 210, 1, 9, true}, {201, 210, 1, 9, false}, {150, 160, 2, 9, false},
		{150, 160, 3, 9, true}, {150, 160, 1, 4, false}, /* not visible yet */
		{300, 301, 2, 9, true}, {300, 301, 2, 7, false},
	};
	struct gaps gaps = gaps_none();

	(void)state;
	assert_int_equal(
		gaps_add(&gaps,
			 &(struct gap){.resources = 1, .offset = 5, .from = s(100), .to = s(200)}),
		0);
	assert_int_equal(
		gaps_add(&gaps,
			 &(struct gap){.resources = 2, .offset = 8, .from = s(300), .to = s(310)}),
		0);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		if (gaps_overlap(&gaps, cases[c].resources, 10 * NS_PER_SECOND, s(cases[c].start),
				 s(cases[c].end), cases[c].position) != cases[c].overlaps)
			fail_msg("case %zu", c);
	}
	gaps_free(&gaps);
}

static uint64_t chance(uint64_t *state, uint64_t limit)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (*state >> 33) % limit;
}

static bool scan_finds(const struct gaps *gaps, unsigned resources, struct when start,
		       struct when end, uint64_t position)
{
	for (size_t g = 0; g < gaps->count; g++) {
		if (gaps->list[g].offset <= position &&
		    when_not_after(gaps->horizon, gaps->list[g].to) &&
		    gaps_one_overlaps(&gaps->list[g], resources, NS_PER_SECOND, start, end))
			return true;
	}
	return false;
}

/* Questions at every position, of which some find none. */
static void check_gaps(const struct gaps *gaps, uint64_t *state, size_t questions)
{
	for (size_t q = 0; q < questions; q++) {
		unsigned resources = 1u << chance(state, 3);
		struct when start = s((int64_t)chance(state, 11000));
		struct when end = when_add(start, (int64_t)chance(state, 3) * NS_PER_SECOND);
		uint64_t position = chance(state, 3000);

		if (gaps_overlap(gaps, resources, NS_PER_SECOND, start, end, position) !=
		    scan_finds(gaps, resources, start, end, position))
			fail_msg("of %zu: %u at %" PRId64 ", position %" PRIu64, gaps->count,
				 resources, start.ns, position);
	}
}

static void many_gaps_are_as_a_scan_finds_them(void **unused)
{
	struct gaps gaps = gaps_none();
	uint64_t state = 1;

	(void)unused;
	for (uint64_t g = 0; g < 2000; g++) {
		struct when from = s((int64_t)(5 * g + chance(&state, 60)));
		int64_t lasts = chance(&state, 100) == 0 ? 900 : (int64_t)chance(&state, 4);
		struct gap gap = {.resources = 1u << chance(&state, 3),
				  .offset = g + chance(&state, 2),
				  .from = from,
				  .to = when_add(from, lasts * NS_PER_SECOND)};

		gap.offset = g > 0 && gap.offset < gaps.list[g - 1].offset ? gaps.list[g - 1].offset
									   : gap.offset;
		assert_int_equal(gaps_add(&gaps, &gap), 0);
		check_gaps(&gaps, &state, 20);
	}
	gaps.count -= 700; /* and others come */
	for (uint64_t g = 0; g < 100; g++) {
		struct gap gap = {.resources = 7, .offset = 2500, .from = s(40), .to = s(50)};

		assert_int_equal(gaps_add(&gaps, &gap), 0);
	}
	check_gaps(&gaps, &state, 20000);
	gaps.horizon = s(3000);
	check_gaps(&gaps, &state, 20000);
	gaps_forget(&gaps);
	assert_in_range(gaps.count, 600, 900);
	check_gaps(&gaps, &state, 20000);
	gaps_free(&gaps);
}

static void gaps_that_end_before_the_horizon_do_not_count(void **state)
{
	struct gaps gaps = gaps_none();
	const struct gap gap = {.resources = 1, .offset = 5, .from = s(100), .to = s(200)};

	(void)state;
	assert_int_equal(gaps_add(&gaps, &gap), 0);
	gaps.horizon = s(200);
	assert_true(gaps_overlap(&gaps, 1, 0, s(150), s(250), 9));
	gaps.horizon = s(201);
	assert_false(gaps_overlap(&gaps, 1, 0, s(150), s(250), 9));
	gaps_forget(&gaps);
	assert_int_equal(gaps.count, 0);
	gaps_free(&gaps);
}

static void coverage_begins_with_a_whole_list_or_the_first_listing(void **state)
{
	static const struct {
		const char *what;
		uint64_t first;
		bool by_hand;
		uint64_t end, progress, position;
		int64_t kube_from, start;
	} cases[] = {
		{"nothing", OFFSET_NEVER, false, OFFSET_NEVER, OFFSET_NEVER, 9, NONE, NONE},
		{"nothing but a PROGRESS", OFFSET_NEVER, false, OFFSET_NEVER, 4, 9, NONE, OPEN},
		{"a PROGRESS to come", OFFSET_NEVER, false, OFFSET_NEVER, 4, 3, NONE, NONE},
		{"a record to come", 3, true, OFFSET_NEVER, OFFSET_NEVER, 2, NONE, NONE},
		{"kubectl", 3, true, OFFSET_NEVER, OFFSET_NEVER, 9, NONE, 40},
		{"kubectl, amid its listing", 3, true, OFFSET_NEVER, OFFSET_NEVER, 3, NONE, 30},
		{"kubectl, with --kube-from", 3, true, OFFSET_NEVER, OFFSET_NEVER, 9, 35, 35},
		{"kubectl, then a list", 3, true, 6, OFFSET_NEVER, 9, NONE, 40},
		{"a trimmed topic, not yet seen to be", 3, true, 8, 5, 4, NONE, 40},
		{"a trimmed topic", 3, true, 8, 5, 7, 35, OPEN},
		{"a trimmed topic, then a list", 3, true, 8, 5, 9, 35, 60},
		{"kubectl without its listing", 3, false, OFFSET_NEVER, OFFSET_NEVER, 9, 35, OPEN},
		{"a list", 2, false, 6, 7, 9, 35, 60},
		{"a list under way", 2, false, 6, 7, 5, NONE, OPEN},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct coverage coverage = coverage_none();

		coverage.first_offset = cases[c].first;
		coverage.by_hand = cases[c].by_hand;
		coverage.end_offset = cases[c].end;
		coverage.end_received = s(60);
		coverage.progress_offset = cases[c].progress;
		coverage.kube_from = s(cases[c].kube_from);
		assert_int_equal(progress_add(&coverage.listed, s(30), 3), 0);
		assert_int_equal(progress_add(&coverage.listed, s(40), 4), 0);
		if (coverage_start(&coverage, cases[c].position).ns != s(cases[c].start).ns)
			fail_msg("%s", cases[c].what);
		progress_free(&coverage.listed);
	}
}

static void a_change_of_what_was_not_listed_shows_that_there_was_no_listing(void **state)
{
	struct coverage coverage = coverage_none();

	(void)state;
	coverage.first_offset = 3;
	coverage.by_hand = true;
	coverage.kube_from = s(35);
	coverage.unlisted_offset = 5;
	assert_int_equal(coverage_start(&coverage, 4).ns, s(35).ns);
	assert_int_equal(coverage_start(&coverage, 5).ns, OPEN);
	coverage.end_offset = 6;
	coverage.end_received = s(60);
	assert_int_equal(coverage_start(&coverage, 6).ns, s(60).ns);
}

static void unread_lasts_to_the_end_of_the_next_list(void **state)
{
	struct unread unread = {0};

	(void)state;
	assert_false(unread_at(&unread, 9));
	assert_int_equal(unread_open(&unread, 0, 5), 0);
	assert_int_equal(unread_close(&unread, 0, 4, 6), -1); /* it began before */
	assert_int_equal(unread_close(&unread, 1, 6, 7), -1);
	assert_int_equal(unread_open(&unread, 0, 8), 0);
	assert_int_equal(unread_close(&unread, 0, 7, 9), -1);
	assert_int_equal(unread_close(&unread, 0, 10, 12), 0);
	assert_int_equal(unread_open(&unread, 0, 20), 1);
	assert_false(unread_at(&unread, 4));
	assert_true(unread_at(&unread, 5));
	assert_true(unread_at(&unread, 11));
	assert_false(unread_at(&unread, 12));
	assert_true(unread_at(&unread, 20));
	unread_free(&unread);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gap_counts_from_hold_before_it),
		cmocka_unit_test(coverage_begins_with_a_whole_list_or_the_first_listing),
		cmocka_unit_test(a_change_of_what_was_not_listed_shows_that_there_was_no_listing),
		cmocka_unit_test(unread_lasts_to_the_end_of_the_next_list),
		cmocka_unit_test(many_gaps_are_as_a_scan_finds_them),
		cmocka_unit_test(gaps_that_end_before_the_horizon_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
