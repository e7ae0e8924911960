#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/compare_spans.h"
#include "sink/graph/history/history.h"

static struct when at(const char *text)
{
	struct when moment;

	assert_int_equal(when_parse(text, strlen(text), &moment), 0);
	return moment;
}

static void rounds_to(const char *const texts[4], const char *const wanted[4])
{
	struct compare_spans spans = {at(texts[0]), at(texts[1]), at(texts[2]), at(texts[3])};

	assert_int_equal(compare_spans_round(&spans), 0);
	assert_int_equal(spans.from.ns, at(wanted[0]).ns);
	assert_int_equal(spans.to.ns, at(wanted[1]).ns);
	assert_int_equal(spans.base_from.ns, at(wanted[2]).ns);
	assert_int_equal(spans.base_to.ns, at(wanted[3]).ns);
}

#define SPANS(...) ((const char *const[4]){__VA_ARGS__})

static void the_base_ends_where_the_window_begins(void **state)
{
	(void)state;
	rounds_to(SPANS("2026-11-23T09:00:20Z", "2026-11-23T09:05:20Z", "2026-11-23T08:55:20Z",
			"2026-11-23T09:00:20Z"),
		  SPANS("2026-11-23T09:00:00Z", "2026-11-23T09:06:00Z", "2026-11-23T08:55:00Z",
			"2026-11-23T09:00:00Z"));
}

/* A day is rounded to 10 minutes, which must not reach into the 5 minutes after it. */
static void a_long_base_is_cut_to_its_own_unit(void **state)
{
	(void)state;
	rounds_to(SPANS("2026-11-23T09:03:00Z", "2026-11-23T09:08:00Z", "2026-11-22T09:03:00Z",
			"2026-11-23T09:03:00Z"),
		  SPANS("2026-11-23T09:03:00Z", "2026-11-23T09:08:00Z", "2026-11-22T09:00:00Z",
			"2026-11-23T09:00:00Z"));
}

static void a_base_after_the_window_begins_where_it_ends(void **state)
{
	(void)state;
	rounds_to(SPANS("2026-11-23T09:00:00Z", "2026-11-23T09:05:20Z", "2026-11-23T09:05:20Z",
			"2026-11-23T09:15:00Z"),
		  SPANS("2026-11-23T09:00:00Z", "2026-11-23T09:06:00Z", "2026-11-23T09:06:00Z",
			"2026-11-23T09:15:00Z"));
}

static void nothing_may_be_left(void **state)
{
	struct compare_spans spans = {at("2026-11-23T09:00:00Z"), at("2026-11-23T09:05:00Z"),
				      at("2026-11-23T09:00:00Z"), at("2026-11-23T09:05:00Z")};

	(void)state;
	assert_int_equal(compare_spans_round(&spans), -1);
}

/* 119 minutes and a little, rounded to minutes, are 121. */
static void what_is_rounded_stays_as_it_is(void **state)
{
	struct when from = at("2026-11-23T08:00:59Z"), to = at("2026-11-23T10:00:01Z");
	struct when again_from, again_to;

	(void)state;
	history_round(&from, &to);
	again_from = from;
	again_to = to;
	history_round(&again_from, &again_to);
	assert_int_equal(from.ns, again_from.ns);
	assert_int_equal(to.ns, again_to.ns);
	assert_int_equal(to.ns, at("2026-11-23T10:10:00Z").ns);
}

/* No two windows have a moment in common, and each is whole. */
static void any_two_windows_are_whole_and_disjoint(void **state)
{
	uint64_t draw = 1;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		int64_t seconds[4];
		struct compare_spans spans;
		struct when from, to;

		for (int n = 0; n < 4; n++) {
			draw = draw * 6364136223846793005u + 1442695040888963407u;
			seconds[n] = (int64_t)(draw >> 33) % (i % 3 == 0 ? 500 : 500000);
		}
		spans.from = (struct when){(seconds[0] - 1000) * NS_PER_SECOND};
		spans.to = when_add(spans.from, (seconds[1] + 1) * NS_PER_SECOND);
		spans.base_from = (struct when){(seconds[2] - 1000) * NS_PER_SECOND};
		spans.base_to = when_add(spans.base_from, (seconds[3] + 1) * NS_PER_SECOND);
		if (compare_spans_round(&spans) < 0)
			continue;
		assert_true(when_not_after(spans.base_to, spans.from) ||
			    when_not_after(spans.to, spans.base_from));
		from = spans.base_from;
		to = spans.base_to;
		history_round(&from, &to);
		assert_true(from.ns == spans.base_from.ns && to.ns == spans.base_to.ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_base_ends_where_the_window_begins),
		cmocka_unit_test(a_long_base_is_cut_to_its_own_unit),
		cmocka_unit_test(a_base_after_the_window_begins_where_it_ends),
		cmocka_unit_test(nothing_may_be_left),
		cmocka_unit_test(what_is_rounded_stays_as_it_is),
		cmocka_unit_test(any_two_windows_are_whole_and_disjoint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
