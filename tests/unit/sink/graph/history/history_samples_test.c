/* Records that are kept whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "sink/graph/end.h"
#include "sink/graph/history/history_internal.h"
#include "tests/unit/sink/graph/flow.h"
#include "tests/unit/sink/graph/history/history_folder.h"

static const struct history_filter edge = {.client = "service/shop/client",
					   .server = "service/shop/web"};

/* Notes the record OFFSET, of a flow that ended SECONDS after START; RESET if it was, with ERRORS among the
 * responses. */
static void note_with(struct history *history, int64_t offset, int64_t seconds, bool reset,
		      uint64_t errors)
{
	static struct tagged_flow flow;
	const struct conversation_place place = {3, offset};
	char record[64];
	int length = snprintf(record, sizeof(record), "{\"number\":%d}", (int)offset);

	flow_make(&flow, offset, (double)(START + seconds), (double)(START + seconds), "n1",
		  "veth1");
	flow.directed = true;
	flow.messages.errors = errors;
	flow.destination.tcp_flags = reset ? TCP_RST : 0;
	assert_int_equal(history_note(history, &flow), 0);
	assert_int_equal(history_note_sample(history, &flow, (struct span){record, (size_t)length},
					     &place, false),
			 0);
}

static void note(struct history *history, int64_t offset, int64_t seconds, bool reset)
{
	note_with(history, offset, seconds, reset, 0);
}

/* Asserts that the samples of [FROM, TO) seconds after START have these offsets, which -1 ends. */
static void expect(struct history *history, const struct history_filter *filter, int64_t from,
		   int64_t to, size_t limit, const int64_t *offsets)
{
	struct history_samples samples;

	assert_int_equal(history_samples(history, NODE_LEVEL_SERVICE, filter,
					 history_folder_time(from), history_folder_time(to), limit,
					 &samples),
			 0);
	for (size_t i = 0; i < samples.count; i++) {
		char record[64];

		assert_int_equal(samples.samples[i].offset, offsets[i]);
		assert_int_equal(samples.samples[i].partition, 3);
		snprintf(record, sizeof(record), "{\"number\":%d}", (int)offsets[i]);
		assert_true(span_equal(samples.samples[i].record, span_of(record)));
	}
	assert_int_equal(offsets[samples.count], -1);
	history_samples_free(&samples);
}

static void keeps_the_first_of_a_minute(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 7);
	const struct history_filter other = {.server = "service/shop/cart"};
	const struct history_filter all = {0};

	note(history, 10, 5, false);
	note(history, 11, 6, false);
	note(history, 12, 7, true); /* the first that failed */
	note(history, 13, 8, true);
	note(history, 14, 65, false);
	expect(history, &edge, 0, 120, 20, (int64_t[]){14, 12, 10, -1});
	expect(history, &all, 0, 120, 20, (int64_t[]){14, 12, 10, -1});
	expect(history, &edge, 0, 60, 20, (int64_t[]){12, 10, -1});
	expect(history, &edge, 6, 60, 20, (int64_t[]){12, -1});
	expect(history, &edge, 0, 120, 1, (int64_t[]){14, -1});
	expect(history, &edge, 120, 240, 20, (int64_t[]){-1});
	expect(history, &other, 0, 120, 20, (int64_t[]){-1});
	history_close(history);
}

/* An error response is a failure, also on a connection that ended well. */
static void keeps_the_first_with_an_error(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 7);

	note(history, 10, 5, false);
	note_with(history, 11, 6, false, 1);
	note_with(history, 12, 7, false, 1);
	expect(history, &edge, 0, 60, 20, (int64_t[]){11, 10, -1});
	history_close(history);
}

static void keeps_them_on_disk(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 2);

	note(history, 10, 5, false);
	assert_int_equal(history_save(history, span_of("")), 0);
	assert_int_equal(history_flush(history), 0);
	history_close(history);
	history = history_folder_open(folder, 2);
	/* What is read again is there once. */
	note(history, 11, 6, false);
	note(history, 10, 5, false);
	expect(history, &edge, 0, 60, 20, (int64_t[]){10, -1});
	/* Past the retention it is forgotten. */
	note(history, 12, 4 * DAY, false);
	assert_int_equal(history_save(history, span_of("")), 0);
	expect(history, &edge, 0, 5 * DAY, 20, (int64_t[]){12, -1});
	note(history, 13, 5, false);
	expect(history, &edge, 0, 5 * DAY, 20, (int64_t[]){12, -1});
	history_close(history);
}

static void notes_from_outside(struct history *history, bool outside_addresses)
{
	static const char *const addresses[] = {"192.0.2.1", "192.0.2.2"};
	static struct tagged_flow flow;

	for (int i = 0; i < 2; i++) {
		const struct conversation_place place = {3, 10 + i};

		flow_make(&flow, 10 + i, (double)(START + i), (double)(START + i), "n1", "veth1");
		flow.source = (struct tagged_flow_end){.kind = TAGGED_FLOW_OUTSIDE};
		flow_address(&flow.source, addresses[i], 40000);
		assert_int_equal(history_note(history, &flow), 0);
		assert_int_equal(
			history_note_sample(history, &flow,
					    span_of(i == 0 ? "{\"number\":10}" : "{\"number\":11}"),
					    &place, outside_addresses),
			0);
	}
}

static void keeps_the_first_of_all_addresses(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 7);
	const struct history_filter web = {.server = "service/shop/web"};

	notes_from_outside(history, false);
	expect(history, &web, 0, 60, 20, (int64_t[]){10, -1});
	history_close(history);
}

/* With --outside-addresses each is a node, and has samples of its own. */
static void keeps_the_first_of_each_address(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 7);
	const struct history_filter web = {.server = "service/shop/web"};

	notes_from_outside(history, true);
	expect(history, &web, 0, 60, 20, (int64_t[]){11, 10, -1});
	history_close(history);
}

static void takes_many_minutes(void **state)
{
	struct history_folder *folder = *state;
	struct history *history = history_folder_open(folder, 7);

	/* More than are held, and in an order in which no place is known to be taken. */
	for (int64_t i = 0; i < 2 * SAMPLE_NOTES_MAX; i++)
		note(history, i, 60 * (i % 2 == 0 ? i / 2 : SAMPLE_NOTES_MAX + i / 2), false);
	expect(history, &edge, 0, DAY, 2, (int64_t[]){2 * (1439 - 0), 2 * (1439 - 1), -1});
	history_close(history);
}

static void a_row_is_whole(void **state)
{
	struct sample_row row = {.place = {3, 1}, .record = span_of("{}")}, back;
	struct text text;

	(void)state;
	row.client = row.server = end_further();
	text_init(&text, 1000);
	sample_row_write(&text, &row);
	assert_int_equal(sample_row_read(text_span(&text), &back), 0);
	assert_true(span_equal(back.record, row.record) && back.place.offset == 1);
	for (size_t length = 0; length < text.length; length++)
		assert_int_equal(sample_row_read((struct span){text.data, length}, &back), -1);
	text_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_the_first_of_a_minute, history_folder_set_up,
						history_folder_tear_down),
		cmocka_unit_test_setup_teardown(keeps_the_first_with_an_error,
						history_folder_set_up, history_folder_tear_down),
		cmocka_unit_test_setup_teardown(keeps_them_on_disk, history_folder_set_up,
						history_folder_tear_down),
		cmocka_unit_test_setup_teardown(keeps_the_first_of_all_addresses,
						history_folder_set_up, history_folder_tear_down),
		cmocka_unit_test_setup_teardown(keeps_the_first_of_each_address,
						history_folder_set_up, history_folder_tear_down),
		cmocka_unit_test_setup_teardown(takes_many_minutes, history_folder_set_up,
						history_folder_tear_down),
		cmocka_unit_test(a_row_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
