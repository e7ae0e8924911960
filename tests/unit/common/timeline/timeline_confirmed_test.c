/* What a meter confirms of the interfaces that its latest records leave open (docs/answers.md section 3,
 * "Interfaces"), and what that says of who held their address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/timeline.h"
#include "tests/unit/common/timeline/timeline_fed.h"
#include "tests/unit/common/timeline/told.h"

static struct timeline *begin(void)
{
	struct timeline *timeline = fed_open();

	told_pods(timeline);
	return timeline;
}

static void what_is_confirmed_names_a_lost_pod(void **state)
{
	struct timeline *timeline = begin();
	int64_t before;

	(void)state;
	tell(timeline, (struct told){.number = 7});
	fed_progress(timeline, 510);
	assert_string_equal(told_sender_of(timeline, TOLD_NOW, 205, "h1"), "a");
	assert_string_equal(told_sender(timeline), "");
	before = timeline_next_offset(timeline) - 1;
	tell(timeline, told_other(8, 300));
	assert_string_equal(told_sender(timeline), "a");
	assert_string_equal(told_sender_of(timeline, TOLD_NOW, 301, "h1"), "");
	assert_string_equal(told_sender_of(timeline, TOLD_NOW, 300, "h2"), ""); /* another clock */
	assert_string_equal(told_sender_of(timeline, TOLD_NOW, 299, "h2"), "a");
	tell(timeline, told_other(9, 295)); /* a clock that was set back takes nothing away */
	assert_string_equal(told_sender(timeline), "a");
	tell(timeline, told_other(10, 320));
	assert_string_equal(told_sender_of(timeline, TOLD_NOW, 320, "h1"), "a");
	/* As of earlier positions nothing has changed. */
	assert_string_equal(told_sender_of(timeline, before, 300, "h1"), "");
	assert_string_equal(told_sender_of(timeline, before + 1, 300, "h1"), "a");
	assert_string_equal(told_sender_of(timeline, before + 1, 320, "h1"), "");
	timeline_close(timeline);
}

static void a_record_confirms_itself(void **state)
{
	struct timeline *timeline = begin();

	(void)state;
	tell(timeline, (struct told){.number = 1, .confirmed = 300});
	assert_string_equal(told_sender(timeline), "a");
	timeline_close(timeline);
}

/* What may have been in the missing record is a record that closes it. */
static void a_missing_number_ends_a_sequence(void **state)
{
	struct timeline *timeline = begin();

	(void)state;
	tell(timeline, (struct told){.number = 7});
	tell(timeline, told_other(9, 300));
	assert_string_equal(told_sender(timeline), "");
	tell(timeline, told_other(10, 310));
	assert_string_equal(told_sender(timeline), "");
	/* That of its own begins again; what was confirmed before it counts too. */
	tell(timeline, (struct told){.number = 11});
	assert_string_equal(told_sender(timeline), "a");
	assert_string_equal(told_sender_of(timeline, TOLD_NOW, 311, "h1"), "");
	tell(timeline, told_other(12, 311));
	assert_string_equal(told_sender_of(timeline, TOLD_NOW, 311, "h1"), "a");
	timeline_close(timeline);
}

static void a_record_that_closes_an_address_counts(void **state)
{
	static const struct told closers[] = {
		{.closed = true},
		{.more = ""},
		{.more = "{'ip':'10.244.1.7','first':'2026-11-23T08:01:40Z','last':"
			 "'2026-11-23T08:01:40Z'}"},
		/* Alone without its first packet says nothing. */
		{.more = "{'ip':'10.244.1.7','first':'2026-11-23T08:01:40Z','last':"
			 "'2026-11-23T08:01:40Z','alone':{'since':'2026-11-23T08:01:41Z','until':"
			 "'2026-11-23T08:01:50Z','open':true}}"},
		{.more = "{'ip':'10.244.1.7','first':'2026-11-23T08:01:40Z','last':"
			 "'2026-11-23T08:01:40Z','alone':{'since':'2026-11-23T08:01:30Z','until':"
			 "'2026-11-23T08:01:50Z','open':'yes'}}"},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(closers) / sizeof(closers[0]); c++) {
		struct timeline *timeline = begin();
		struct told closer = closers[c];

		tell(timeline, (struct told){.number = 7});
		tell(timeline, told_other(8, 250));
		closer.number = 9;
		tell(timeline, closer);
		tell(timeline, told_other(10, 300));
		assert_string_equal(told_sender(timeline), "");
		assert_string_equal(told_sender_of(timeline, TOLD_NOW, 250, "h1"), "");
		assert_string_equal(told_sender_of(timeline, TOLD_NOW, 205, "h1"), "a");
		timeline_close(timeline);
	}
}

static void a_record_that_came_twice_or_late_is_in_no_sequence(void **state)
{
	struct timeline *timeline = begin();

	(void)state;
	tell(timeline, (struct told){.number = 7});
	tell(timeline, (struct told){.number = 8, .closed = true});
	tell(timeline, (struct told){.number = 7}); /* opens nothing */
	tell(timeline, told_other(9, 300));
	assert_string_equal(told_sender(timeline), "");
	tell(timeline, (struct told){.number = 10});
	assert_string_equal(told_sender(timeline), "a");
	tell(timeline, (struct told){.number = 8, .closed = true}); /* closes nothing */
	assert_string_equal(told_sender(timeline), "a");
	tell(timeline, told_other(9, 320)); /* confirms nothing */
	assert_string_equal(told_sender_of(timeline, TOLD_NOW, 320, "h1"), "");
	tell(timeline, told_other(12, 320));
	tell(timeline, told_other(11, 330)); /* too late */
	assert_string_equal(told_sender_of(timeline, TOLD_NOW, 320, "h1"), "");
	timeline_close(timeline);
}

static void only_its_own_meter_confirms_an_interface(void **state)
{
	struct timeline *timeline = begin();
	struct told told = told_other(8, 300);

	(void)state;
	tell(timeline, (struct told){.number = 7});
	told.meter = 1;
	tell(timeline, told);
	assert_string_equal(told_sender(timeline), "");
	/* The numbers of the two go on beside each other. */
	told.number = 9;
	tell(timeline, told);
	tell(timeline, told_other(8, 300));
	assert_string_equal(told_sender(timeline), "a");
	timeline_close(timeline);
}

/* The pod's interface has another uid since its meter was started again. */
static void any_of_the_last_interfaces_may_be_alone(void **state)
{
	struct timeline *timeline = begin();

	(void)state;
	tell(timeline, (struct told){.number = 7, .confirmed = 300});
	for (int meter = 1; meter < 10; meter++) {
		char uid[] = {'k', (char)('0' + meter), '\0'};

		tell(timeline, (struct told){.number = 1,
					     .uid = uid,
					     .meter = meter,
					     .until = 210,
					     .closed = true});
	}
	/* They are as old as each other, so it is one of the eight or not; one of these is alone. */
	assert_string_equal(told_sender_of(timeline, TOLD_NOW, 208, "h1"), "a");
	timeline_close(timeline);
}

static void a_record_without_a_number_is_in_no_run(void **state)
{
	struct timeline *timeline = begin();

	(void)state;
	tell(timeline, (struct told){.number = 0, .confirmed = 300});
	tell(timeline, told_other(1, 300));
	assert_string_equal(told_sender(timeline), "");
	timeline_close(timeline);
}

static void a_cluster_that_is_not_there_yet_keeps_what_is_confirmed(void **state)
{
	struct timeline *timeline = fed_open();

	(void)state;
	tell(timeline, (struct told){.number = 7});
	tell(timeline, told_other(8, 300));
	assert_int_equal(timeline_cluster_count(timeline), 0);
	told_pods(timeline);
	assert_string_equal(told_sender(timeline), "a");
	timeline_close(timeline);
}

static void a_history_says_what_is_confirmed(void **state)
{
	struct timeline *timeline = begin();
	struct binding_moment moments[BINDING_MOMENTS];
	struct timeline_history history;
	struct ip ip;

	(void)state;
	tell(timeline, (struct told){.number = 7});
	tell(timeline, told_other(8, 300));
	assert_int_equal(ip_parse("10.244.1.7", 10, &ip), 0);
	for (int past = 0; past < 2; past++) {
		size_t count, m = 0;

		assert_int_equal(timeline_history(timeline, &ip,
						  timeline_next_offset(timeline) - 1 - past,
						  &history),
				 0);
		assert_int_equal(history.count, 2);
		count = binding_moments(&history.bindings[0].tenure->binding, moments);
		while (m < count && strcmp(moments[m].name, "interface_confirmed") != 0)
			m++;
		assert_int_equal(m < count, past == 0);
		if (past == 0)
			assert_int_equal(moments[m].at.ns, (TOLD_SECOND_0 + 300) * NS_PER_SECOND);
		timeline_history_clear(&history);
	}
	timeline_close(timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_confirmed_names_a_lost_pod),
		cmocka_unit_test(a_record_confirms_itself),
		cmocka_unit_test(a_missing_number_ends_a_sequence),
		cmocka_unit_test(a_record_that_closes_an_address_counts),
		cmocka_unit_test(a_record_that_came_twice_or_late_is_in_no_sequence),
		cmocka_unit_test(only_its_own_meter_confirms_an_interface),
		cmocka_unit_test(any_of_the_last_interfaces_may_be_alone),
		cmocka_unit_test(a_record_without_a_number_is_in_no_run),
		cmocka_unit_test(a_cluster_that_is_not_there_yet_keeps_what_is_confirmed),
		cmocka_unit_test(a_history_says_what_is_confirmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
