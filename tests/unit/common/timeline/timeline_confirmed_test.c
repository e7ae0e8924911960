/* What a meter confirms of the interfaces that its latest records leave open (docs/answers.md section 3,
 * "Interfaces"). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/timeline.h"
#include "common/timeline/timeline_internal.h"
#include "tests/unit/common/timeline/timeline_fed.h"
#include "tests/unit/quoted.h"

#define TIME "'2026-11-23T08:%02d:%02d%sZ'"
#define AT(second) (second) / 60, (second) % 60
#define SECOND_0 INT64_C(1795420800) /* 2026-11-23T08:00:00Z */
#define NOW INT64_MAX                /* the last position */

/* A record of an interface that carried 10.244.1.7 from second 100 on. */
struct told {
	int number;       /* 0: none */
	const char *uid;  /* of the interface; NULL: "i" */
	const char *more; /* instead of its address */
	int last;         /* 0: 199 */
	int until;        /* alone; 0: 205 */
	bool closed;
	int confirmed; /* 0: nothing */
	int meter;
};

static void tell(struct timeline *timeline, struct told told)
{
	char record[1024], address[512], number[64] = "", confirmed[64] = "";
	int64_t offset = timeline_next_offset(timeline);
	const char *why;

	if (told.number > 0)
		snprintf(number, sizeof(number), ",'record':%d", told.number);
	if (told.confirmed > 0)
		snprintf(confirmed, sizeof(confirmed), "'confirmed':" TIME ",", AT(told.confirmed),
			 "");
	snprintf(address, sizeof(address),
		 "{'ip':'10.244.1.7','first':" TIME ",'last':" TIME ",'alone':{'since':" TIME
		 ",'until':" TIME "%s}}",
		 AT(100), ".2", AT(told.last > 0 ? told.last : 199), "", AT(90), "",
		 AT(told.until > 0 ? told.until : 205), "", told.closed ? "" : ",'open':true");
	snprintf(record, sizeof(record),
		 "{'type':'MODIFIED','resource':'interfaces','object':{'metadata':{'name':'veth1',"
		 "'uid':'%s'},'spec':{'node':'n1','host':'h1','meter':{'id':'m%d','start':" TIME
		 "%s}},'status':{%s'addresses':[%s]}}}",
		 told.uid != NULL ? told.uid : "i", told.meter, AT(10), "", number, confirmed,
		 told.more != NULL ? told.more : address);
	record[sizeof(record) - 1] = '\0';
	for (char *at = record; *at != '\0'; at++)
		*at = *at == '\'' ? '"' : *at;
	assert_int_equal(timeline_apply(timeline, offset, record, strlen(record), -1, &why),
			 TIMELINE_APPLIED);
}

/* That of another pod, which carried another address. */
static struct told other(int number, int confirmed)
{
	return (struct told){
		.number = number,
		.uid = "j",
		.more = "{'ip':'10.244.1.8','first':'2026-11-23T08:01:00Z','last':"
			"'2026-11-23T08:01:00Z'}",
		.confirmed = confirmed,
	};
}

static void add_pod(struct timeline *timeline, int received, const char *type, const char *name,
		    int start)
{
	char object[1024];

	snprintf(object, sizeof(object),
		 "{'kind':'Pod','metadata':{'name':'%s','namespace':'shop','uid':'%s',"
		 "'resourceVersion':'%d'},'spec':{'nodeName':'n1'},'status':{'phase':'Running',"
		 "'startTime':" TIME ",'podIP':'10.244.1.7','podIPs':[{'ip':'10.244.1.7'}],"
		 "'containerStatuses':[{'name':'c','state':{'running':{'startedAt':" TIME "}}}]}}",
		 name, name, received, AT(start), "", AT(received - 1), "");
	fed_object(timeline, received, type, "pods", quoted(object));
}

/* Pod a has the address from second 100 on, and is lost at second 200. Pod b of the same node, scheduled at second
 * 210, shows it at second 500. */
static void add_pods(struct timeline *timeline)
{
	static const char *const resources[] = {"pods", "nodes", "services", "endpointslices"};

	for (size_t r = 0; r < 4; r++)
		fed_list(timeline, 1, resources[r], 1, "{}");
	fed_object(timeline, 2, "ADDED", "nodes",
		   quoted("{'kind':'Node','metadata':{'name':'n1','uid':'n1','resourceVersion':'2',"
			  "'creationTimestamp':'2026-11-23T08:00:01Z'},'spec':{'podCIDR':"
			  "'10.244.1.0/24'},'status':{'addresses':[{'type':'InternalIP','address':"
			  "'192.168.0.1'}]}}"));
	add_pod(timeline, 101, "ADDED", "a", 100);
	fed_progress(timeline, 199);
	add_pod(timeline, 200, "DELETED", "a", 100);
	add_pod(timeline, 501, "ADDED", "b", 210);
}

/* Who sent a flow of second 300, that HOST observed; "" if that is not known. */
static const char *sender_of(struct timeline *timeline, int64_t position, int second,
			     const char *host)
{
	static char name[16];
	struct timeline_question question = {
		.port = 80,
		.transport = 6,
		.sent = true,
		.start = {(SECOND_0 + second - 1) * NS_PER_SECOND},
		.end = {(SECOND_0 + second) * NS_PER_SECOND},
		.position = position == NOW ? timeline_next_offset(timeline) - 1 : position,
		.observer = span_hash(span_of(host)),
	};
	struct timeline_answer answer;

	assert_int_equal(ip_parse("10.244.1.7", 10, &question.ip), 0);
	assert_int_equal(timeline_answer(timeline, &question, &answer), 0);
	if (answer.status != TIMELINE_KNOWN)
		return "";
	snprintf(name, sizeof(name), "%.*s", (int)answer.holder->name.length,
		 answer.holder->name.data);
	return name;
}

static const char *sender(struct timeline *timeline)
{
	return sender_of(timeline, NOW, 300, "h1");
}

static struct timeline *begin(void)
{
	struct timeline *timeline = fed_open();

	add_pods(timeline);
	return timeline;
}

static void what_is_confirmed_names_a_lost_pod(void **state)
{
	struct timeline *timeline = begin();
	int64_t before;

	(void)state;
	tell(timeline, (struct told){.number = 7});
	fed_progress(timeline, 510);
	assert_string_equal(sender_of(timeline, NOW, 205, "h1"), "a");
	assert_string_equal(sender(timeline), "");
	before = timeline_next_offset(timeline) - 1;
	tell(timeline, other(8, 300));
	assert_string_equal(sender(timeline), "a");
	assert_string_equal(sender_of(timeline, NOW, 301, "h1"), "");
	assert_string_equal(sender_of(timeline, NOW, 300, "h2"), ""); /* another clock */
	assert_string_equal(sender_of(timeline, NOW, 299, "h2"), "a");
	tell(timeline, other(9, 295)); /* a clock that was set back takes nothing away */
	assert_string_equal(sender(timeline), "a");
	tell(timeline, other(10, 320));
	assert_string_equal(sender_of(timeline, NOW, 320, "h1"), "a");
	/* As of earlier positions nothing has changed. */
	assert_string_equal(sender_of(timeline, before, 300, "h1"), "");
	assert_string_equal(sender_of(timeline, before + 1, 300, "h1"), "a");
	assert_string_equal(sender_of(timeline, before + 1, 320, "h1"), "");
	timeline_close(timeline);
}

static void a_record_confirms_itself(void **state)
{
	struct timeline *timeline = begin();

	(void)state;
	tell(timeline, (struct told){.number = 1, .confirmed = 300});
	assert_string_equal(sender(timeline), "a");
	timeline_close(timeline);
}

/* What may have been in the missing record is a record that closes it. */
static void a_missing_number_ends_a_sequence(void **state)
{
	struct timeline *timeline = begin();

	(void)state;
	tell(timeline, (struct told){.number = 7});
	tell(timeline, other(9, 300));
	assert_string_equal(sender(timeline), "");
	tell(timeline, other(10, 310));
	assert_string_equal(sender(timeline), "");
	/* That of its own begins again; what was confirmed before it counts too. */
	tell(timeline, (struct told){.number = 11});
	assert_string_equal(sender(timeline), "a");
	assert_string_equal(sender_of(timeline, NOW, 311, "h1"), "");
	tell(timeline, other(12, 311));
	assert_string_equal(sender_of(timeline, NOW, 311, "h1"), "a");
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
		tell(timeline, other(8, 250));
		closer.number = 9;
		tell(timeline, closer);
		tell(timeline, other(10, 300));
		assert_string_equal(sender(timeline), "");
		assert_string_equal(sender_of(timeline, NOW, 250, "h1"), "");
		assert_string_equal(sender_of(timeline, NOW, 205, "h1"), "a");
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
	tell(timeline, other(9, 300));
	assert_string_equal(sender(timeline), "");
	tell(timeline, (struct told){.number = 10});
	assert_string_equal(sender(timeline), "a");
	tell(timeline, (struct told){.number = 8, .closed = true}); /* closes nothing */
	assert_string_equal(sender(timeline), "a");
	tell(timeline, other(9, 320)); /* confirms nothing */
	assert_string_equal(sender_of(timeline, NOW, 320, "h1"), "");
	tell(timeline, other(12, 320));
	tell(timeline, other(11, 330)); /* too late */
	assert_string_equal(sender_of(timeline, NOW, 320, "h1"), "");
	timeline_close(timeline);
}

static void only_its_own_meter_confirms_an_interface(void **state)
{
	struct timeline *timeline = begin();
	struct told told = other(8, 300);

	(void)state;
	tell(timeline, (struct told){.number = 7});
	told.meter = 1;
	tell(timeline, told);
	assert_string_equal(sender(timeline), "");
	/* The numbers of the two go on beside each other. */
	told.number = 9;
	tell(timeline, told);
	tell(timeline, other(8, 300));
	assert_string_equal(sender(timeline), "a");
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
	assert_string_equal(sender_of(timeline, NOW, 208, "h1"), "a");
	timeline_close(timeline);
}

static void a_record_without_a_number_is_in_no_run(void **state)
{
	struct timeline *timeline = begin();

	(void)state;
	tell(timeline, (struct told){.number = 0, .confirmed = 300});
	tell(timeline, other(1, 300));
	assert_string_equal(sender(timeline), "");
	timeline_close(timeline);
}

static size_t rows(struct timeline *timeline, enum row_table table)
{
	struct store_scan *scan;
	struct span found, value;
	struct text key;
	size_t count = 0;

	text_init(&key, 64);
	row_key_table(&key, table, 0);
	scan = store_scan_begin(timeline->store, &key, &key);
	while (store_scan_next(scan, &found, &value) == 1)
		count++;
	store_scan_end(scan);
	text_free(&key);
	return count;
}

#define STATES ((enum row_table)'b')

static void a_record_without_an_address_keeps_no_row_of_its_interface(void **state)
{
	struct timeline *timeline = begin();

	(void)state;
	tell(timeline, (struct told){.number = 7});
	tell(timeline, (struct told){.number = 8, .uid = "j", .more = "", .confirmed = 300});
	assert_string_equal(sender(timeline), "a");
	assert_int_equal(rows(timeline, STATES), 1);
	timeline_close(timeline);
}

/* Adds all rows of TIMELINE to OUT. */
static void add_rows(struct timeline *timeline, struct text *out)
{
	struct store_scan *scan;
	struct span found, value;
	struct text key;

	text_init(&key, 64);
	for (int letter = 'A'; letter <= 'z'; letter++) {
		text_clear(&key);
		codec_add_u8(&key, (unsigned)letter);
		scan = store_scan_begin(timeline->store, &key, &key);
		while (letter != 'S' && store_scan_next(scan, &found, &value) == 1) {
			text_add(out, found.data, found.length);
			text_add(out, value.data, value.length);
		}
		store_scan_end(scan);
	}
	text_free(&key);
}

static void tell_all(struct timeline *timeline, int from, int to)
{
	for (int number = from; number < to; number++) {
		if (number % 4 == 0)
			tell(timeline, (struct told){.number = number, .closed = number == 8});
		else if (number != 9)
			tell(timeline, other(number, 240 + number * 2));
	}
}

static void a_store_goes_on_where_it_was(void **state)
{
	char directory[] = "/tmp/timeline-confirmed-XXXXXX", path[64], command[64];
	static const struct timeline_options options = {.hold_ns = 10 * NS_PER_SECOND,
							.skew_ns = NS_PER_SECOND / 2,
							.kube_from = {INT64_MIN},
							.kube_until = {INT64_MIN}};
	struct timeline *timeline, *whole = begin();
	struct text one, two;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/timeline", directory);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	text_init(&one, 1 << 20);
	text_init(&two, 1 << 20);
	tell_all(whole, 1, 30);
	timeline = timeline_open(path, &options);
	assert_non_null(timeline);
	add_pods(timeline);
	for (int from = 1; from < 30; from += 10) {
		tell_all(timeline, from, from + 10 < 30 ? from + 10 : 30);
		timeline_close(timeline);
		timeline = timeline_open(path, &options);
		assert_non_null(timeline);
	}
	assert_string_equal(sender_of(timeline, NOW, 298, "h1"), "a");
	assert_string_equal(sender_of(timeline, NOW, 299, "h1"), "");
	add_rows(whole, &one);
	add_rows(timeline, &two);
	assert_int_equal(one.length, two.length);
	assert_memory_equal(one.data, two.data, one.length);
	text_free(&one);
	text_free(&two);
	timeline_close(whole);
	timeline_close(timeline);
	assert_int_equal(system(command), 0);
}

static struct timeline *begin_with_retention(int seconds)
{
	const struct timeline_options options = {
		.hold_ns = 10 * NS_PER_SECOND,
		.skew_ns = NS_PER_SECOND / 2,
		.retention_ns = seconds * NS_PER_SECOND,
		.kube_from = WHEN_MIN,
		.kube_until = WHEN_MIN,
	};
	struct timeline *timeline = timeline_open(NULL, &options);

	assert_non_null(timeline);
	add_pods(timeline);
	return timeline;
}

static void what_was_confirmed_is_forgotten(void **state)
{
	struct timeline *timeline = begin_with_retention(320);

	(void)state;
	for (int second = 505, number = 1; second < 1500; second += 5, number++) {
		tell(timeline, other(number, second - 6));
		fed_progress(timeline, second);
	}
	/* The retention, a step of it more, and what is not swept yet. */
	assert_in_range(rows(timeline, ROW_CONFIRMED), 320 / 5, 320 / 5 + 2 + 4);
	assert_int_equal(rows(timeline, ROW_RUNS), 1);
	for (int second = 1500; second < 2000; second += 5)
		fed_progress(timeline, second);
	assert_int_equal(rows(timeline, ROW_CONFIRMED), 0);
	assert_int_equal(rows(timeline, ROW_RUNS), 0);
	assert_int_equal(rows(timeline, ROW_ENDED), 0);
	timeline_close(timeline);
}

/* More rows of one sequence than one sweep deals with. */
static void a_long_sequence_is_forgotten_at_once(void **state)
{
	struct timeline *timeline = begin_with_retention(320);

	(void)state;
	for (int number = 1; number < 20000; number++)
		tell(timeline, (struct told){.number = number, .confirmed = 500 + number / 10000});
	for (int second = 900; second < 920; second++)
		fed_progress(timeline, second);
	assert_int_equal(rows(timeline, ROW_CONFIRMED), 0);
	timeline_close(timeline);
}

/* It said nothing for a whole retention: its rows may be gone, so nothing confirms it. */
static void what_is_past_the_horizon_is_not_confirmed(void **state)
{
	struct timeline *timeline = begin_with_retention(640);

	(void)state;
	tell(timeline, (struct told){.number = 1, .last = 150, .until = 165});
	tell(timeline, other(2, 300));
	fed_progress(timeline, 819);
	assert_string_equal(sender(timeline), "a"); /* the horizon is 160 */
	fed_progress(timeline, 820);
	assert_string_equal(sender(timeline), "");
	timeline_close(timeline);
}

/* A pod that was deleted by force runs on for longer than what is known of it is kept. */
static void a_pod_that_is_forgotten_is_neither_alone_nor_witnessed(void **state)
{
	(void)state;
	for (int witnessed = 0; witnessed < 2; witnessed++) {
		struct timeline *timeline = begin_with_retention(320);

		tell(timeline,
		     (struct told){.number = 1, .until = 400, .last = witnessed ? 400 : 0});
		fed_progress(timeline, 514);
		assert_string_equal(sender(timeline), "a");
		for (int second = 534; second < 540; second++)
			fed_progress(timeline, second); /* the horizon is 210 */
		assert_string_equal(sender(timeline), "");
		timeline_close(timeline);
	}
}

static void a_cluster_that_is_not_there_yet_keeps_what_is_confirmed(void **state)
{
	struct timeline *timeline = fed_open();

	(void)state;
	tell(timeline, (struct told){.number = 7});
	tell(timeline, other(8, 300));
	assert_int_equal(timeline_cluster_count(timeline), 0);
	add_pods(timeline);
	assert_string_equal(sender(timeline), "a");
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
	tell(timeline, other(8, 300));
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
			assert_int_equal(moments[m].at.ns, (SECOND_0 + 300) * NS_PER_SECOND);
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
		cmocka_unit_test(a_record_without_an_address_keeps_no_row_of_its_interface),
		cmocka_unit_test(a_store_goes_on_where_it_was),
		cmocka_unit_test(what_was_confirmed_is_forgotten),
		cmocka_unit_test(a_long_sequence_is_forgotten_at_once),
		cmocka_unit_test(what_is_past_the_horizon_is_not_confirmed),
		cmocka_unit_test(a_pod_that_is_forgotten_is_neither_alone_nor_witnessed),
		cmocka_unit_test(a_cluster_that_is_not_there_yet_keeps_what_is_confirmed),
		cmocka_unit_test(a_history_says_what_is_confirmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
