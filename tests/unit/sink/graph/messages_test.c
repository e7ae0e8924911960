#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/messages.h"

/* REQUESTS of PROTOCOL, each answered in 1 ms, one of them with an error. */
static void count(struct messages **messages, const char *protocol, bool from_server,
		  uint64_t requests)
{
	struct messages_kind *kind = messages_like(messages, protocol, from_server);
	struct messages_kind more = {
		.counts = {.records = 1, .requests = requests, .responses = requests, .errors = 1},
		.first_byte = {requests, requests * 1000000, 1000000, 1000000},
	};

	assert_non_null(kind);
	assert_int_equal(histogram_add(&more.first_bytes, 3, 159, &requests, 1), 0);
	assert_int_equal(messages_kind_add(kind, &more), 0);
	messages_kind_clear(&more);
}

static const char *described(const struct messages *messages)
{
	static char words[300];
	struct text text;

	text_init(&text, sizeof(words));
	messages_describe(messages, &text);
	snprintf(words, sizeof(words), "%s", text_terminate(&text));
	text_free(&text);
	return words;
}

static void kinds_are_in_order(void **state)
{
	struct messages *messages = NULL;

	(void)state;
	assert_string_equal(described(NULL), "");
	count(&messages, "http", true, 1);
	count(&messages, "dns", false, 2);
	count(&messages, "http", false, 3);
	count(&messages, "http", true, 4);
	assert_int_equal(messages->count, 3);
	assert_string_equal(described(messages), "dns, http, http from server");
	assert_int_equal(messages->kinds[2].counts.requests, 5);
	assert_int_equal(messages->kinds[2].first_bytes->total, 5);
	assert_int_equal(messages_counts(messages).requests, 10);
	assert_int_equal(messages_failed(messages), 4);
	messages->kinds[0].counts.incomplete = 1;
	assert_string_equal(described(messages), "dns, http, http from server, incomplete");
	messages_turn(messages);
	assert_string_equal(described(messages),
			    "dns from server, http, http from server, incomplete");
	assert_int_equal(messages->kinds[1].counts.requests, 5);
	assert_int_equal(messages->kinds[2].counts.requests, 3);
	messages_free(messages);
}

static void sums_and_turns(void **state)
{
	struct messages *one = NULL, *other = NULL, *sum = NULL;
	struct messages_kind all;

	(void)state;
	count(&one, "http", false, 1);
	count(&other, "redis", false, 2);
	assert_int_equal(messages_add(&sum, one, false), 0);
	assert_int_equal(messages_add(&sum, other, true), 0);
	assert_int_equal(messages_add(&sum, NULL, true), 0);
	assert_string_equal(described(sum), "http, redis from server");
	assert_int_equal(messages_sum(sum, &all), 0);
	assert_int_equal(all.counts.requests, 3);
	assert_int_equal(all.first_byte.count, 3);
	assert_int_equal(all.first_bytes->total, 3);
	assert_null(all.last_bytes);
	messages_kind_clear(&all);
	assert_int_equal(messages_sum(NULL, &all), 0);
	assert_int_equal(all.counts.records, 0);
	/* The memory of what was there is used again, for other kinds. */
	messages_reset(sum);
	assert_int_equal(sum->count, 0);
	count(&sum, "zzz", false, 7);
	count(&sum, "aaa", false, 8);
	assert_string_equal(described(sum), "aaa, zzz");
	assert_int_equal(sum->kinds[0].first_bytes->total, 8);
	assert_int_equal(sum->kinds[1].first_bytes->total, 7);
	messages_free(one);
	messages_free(other);
	messages_free(sum);
}

static void further_protocols_are_summed(void **state)
{
	struct messages *messages = NULL;
	char name[16];

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "p%02d", i);
		count(&messages, name, i % 2, 1);
	}
	assert_int_equal(messages->count, MESSAGES_KINDS_MAX);
	assert_int_equal(messages_counts(messages).requests, 100);
	assert_string_equal(messages->kinds[0].protocol, MESSAGES_FURTHER);
	assert_int_equal(messages->kinds[0].counts.requests + messages->kinds[1].counts.requests,
			 100 - (MESSAGES_KINDS_MAX - 2));
	messages_turn(messages);
	assert_int_equal(messages->count, MESSAGES_KINDS_MAX);
	messages_free(messages);
}

static void a_name_is_shown_without_what_formats_escape(void **state)
{
	struct messages *messages = NULL;

	(void)state;
	count(&messages, "a\"<\x01;b", false, 1);
	assert_string_equal(described(messages), "a????b");
	messages_free(messages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_are_in_order),
		cmocka_unit_test(sums_and_turns),
		cmocka_unit_test(further_protocols_are_summed),
		cmocka_unit_test(a_name_is_shown_without_what_formats_escape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
