#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "common/program/log.h"
#include "enricher/exchange_file.h"
#include "tests/unit/quoted.h"

#define FLOWS 9
#define FILE_MAX 4096

static char folder[] = "/tmp/tenure-exchange-XXXXXX";
static char flows[64], outputs[EXCHANGE_TOPICS][64], options[64], first_flow[64];
static struct timeline_settings timeline;
static struct exchange_settings settings;

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(flows, sizeof(flows), "%s/flows", folder);
	snprintf(outputs[EXCHANGE_TAGGED], sizeof(outputs[0]), "%s/tagged", folder);
	snprintf(outputs[EXCHANGE_REJECTED], sizeof(outputs[0]), "%s/rejected", folder);
	snprintf(options, sizeof(options), "%s/options", folder);
	snprintf(first_flow, sizeof(first_flow), "%s/first-flow", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static void put_file(const char *path, const char *bytes, size_t length, const char *mode)
{
	FILE *file = fopen(path, mode);

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
}

/* The bytes of PATH; none if it does not exist. */
static size_t get_file(const char *path, char bytes[static FILE_MAX])
{
	FILE *file = fopen(path, "re");
	size_t length = 0;

	if (file != NULL) {
		length = fread(bytes, 1, FILE_MAX - 1, file);
		fclose(file);
	}
	bytes[length] = '\0';
	return length;
}

static int start(void **state)
{
	char line[32];

	(void)state;
	for (int i = 0; i < FLOWS; i++) {
		int length = snprintf(line, sizeof(line), quoted("{'number':%d}\n"), i);

		put_file(flows, line, (size_t)length, i == 0 ? "we" : "ae");
	}
	timeline = (struct timeline_settings)TIMELINE_SETTINGS_DEFAULT;
	timeline.state = folder;
	settings = (struct exchange_settings){
		.flows = {{flows}, 1},
		.outputs = {outputs[EXCHANGE_TAGGED], outputs[EXCHANGE_REJECTED]},
		.run = {.timeline = &timeline, .since = WHEN_MIN, .until = WHEN_MAX},
	};
	return 0;
}

static int finish(void **state)
{
	(void)state;
	unlink(flows);
	unlink(outputs[EXCHANGE_TAGGED]);
	unlink(outputs[EXCHANGE_REJECTED]);
	unlink(options);
	unlink(first_flow);
	return 0;
}

static struct exchange_file *opened(void)
{
	int exit_code;
	struct exchange_file *exchange = exchange_file_open(&settings, &exit_code);

	assert_non_null(exchange);
	return exchange;
}

static void assert_refused(int exit_code)
{
	int given = 0;

	assert_null(exchange_file_open(&settings, &given));
	assert_int_equal(given, exit_code);
}

/* Flows 2, 3, 5, 6 and 8 are tagged, the others rejected. */
static enum exchange_topic topic_of(int64_t offset)
{
	return offset % 3 == 1 || offset == 0 ? EXCHANGE_REJECTED : EXCHANGE_TAGGED;
}

static void add_outcome(struct text *text, int64_t offset)
{
	if (topic_of(offset) == EXCHANGE_TAGGED)
		text_add_format(
			text,
			quoted("{'number':%" PRId64 ",'tenure':{'flow':{'offset':%" PRId64 "}}}"),
			offset, offset);
	else
		text_add_format(text, quoted("{'flow':{'offset':%" PRId64 "}}"), offset);
}

/* Puts the outcome of the next flow. Returns its offset, or -1 at the end. */
static int64_t put_next(struct exchange_file *exchange)
{
	struct bus_record flow;
	struct text outcome;
	enum exchange_head head = exchange_file_head(exchange, &flow);

	if (head == EXCHANGE_ENDED)
		return -1;
	assert_int_equal(head, EXCHANGE_FLOW);
	text_init(&outcome, FILE_MAX);
	add_outcome(&outcome, flow.offset);
	assert_int_equal(
		exchange_file_put(exchange, topic_of(flow.offset), outcome.data, outcome.length),
		EXCHANGE_DONE);
	text_free(&outcome);
	return flow.offset;
}

/* Returns the offset of the first flow that was done. */
static int64_t run(void)
{
	struct exchange_file *exchange = opened();
	int64_t first = put_next(exchange);

	while (put_next(exchange) >= 0)
		;
	assert_int_equal(exchange_file_commit(exchange), EXCHANGE_DONE);
	exchange_file_close(exchange);
	return first;
}

/* What the output of TOPIC contains once flows below NEXT are done. */
static void describe(enum exchange_topic topic, int64_t next, struct text *text)
{
	for (int64_t offset = 0; offset < next; offset++) {
		if (topic_of(offset) != topic)
			continue;
		add_outcome(text, offset);
		text_add_string(text, "\n");
	}
}

static void assert_output(enum exchange_topic topic, int64_t next)
{
	char bytes[FILE_MAX];
	struct text wanted;

	text_init(&wanted, FILE_MAX);
	describe(topic, next, &wanted);
	get_file(outputs[topic], bytes);
	assert_string_equal(bytes, text_terminate(&wanted));
	text_free(&wanted);
}

static void assert_complete(void)
{
	assert_output(EXCHANGE_TAGGED, FLOWS);
	assert_output(EXCHANGE_REJECTED, FLOWS);
}

static void each_flow_has_one_outcome_in_order(void **state)
{
	(void)state;
	assert_int_equal(run(), 0);
	assert_complete();
}

static void a_second_run_does_nothing_again(void **state)
{
	(void)state;
	run();
	assert_int_equal(run(), -1);
	assert_complete();
	put_file(flows, "{}\n", 3, "ae");
	assert_int_equal(run(), FLOWS);
}

/* A process that was killed leaves the outcomes of the first flows, and any part of the
 * bytes of the next. */
static void a_killed_run_continues_wherever_it_was_cut(void **state)
{
	(void)state;
	for (int64_t done = 0; done < FLOWS; done++) {
		struct text outcome;

		text_init(&outcome, FILE_MAX);
		add_outcome(&outcome, done);
		for (size_t torn = 0; torn <= outcome.length; torn++) {
			for (int topic = 0; topic < EXCHANGE_TOPICS; topic++) {
				struct text text;

				text_init(&text, FILE_MAX);
				describe((enum exchange_topic)topic, done, &text);
				if (topic_of(done) == (enum exchange_topic)topic)
					text_add(&text, outcome.data, torn);
				put_file(outputs[topic], text_terminate(&text), text.length, "we");
				text_free(&text);
			}
			assert_int_equal(run(), done);
			assert_complete();
		}
		text_free(&outcome);
	}
}

/* Invariant (1) holds after every step of a run, so it can be killed there. */
static void the_files_hold_the_outcomes_of_the_first_flows_at_any_moment(void **state)
{
	struct exchange_file *exchange = opened();
	char bytes[FILE_MAX];
	int64_t there;

	(void)state;
	do {
		there = 0;
		for (int topic = 0; topic < EXCHANGE_TOPICS; topic++) {
			get_file(outputs[topic], bytes);
			for (const char *c = bytes; *c != '\0'; c++)
				there += *c == '\n';
		}
		assert_output(EXCHANGE_TAGGED, there);
		assert_output(EXCHANGE_REJECTED, there);
	} while (put_next(exchange) >= 0);
	assert_true(there > 0);
	assert_int_equal(exchange_file_wait(exchange, 0), 0);
	assert_complete();
	exchange_file_close(exchange);
}

static void a_skipped_flow_has_no_outcome(void **state)
{
	struct exchange_file *exchange = opened();
	struct bus_record flow;

	(void)state;
	assert_int_equal(exchange_file_head(exchange, &flow), EXCHANGE_FLOW);
	exchange_file_skip(exchange);
	assert_int_equal(put_next(exchange), 1);
	exchange_file_close(exchange);
	assert_int_equal(run(), 2);
}

/* Their flow members count the records of another file. */
static void corrections_continue_after_the_record_that_the_last_one_revises(void **state)
{
	static const char correction[] =
		"{'tenure':{'flow':{'offset':7000},'revises':{'offset':6}}}\n";

	(void)state;
	settings.run.revise_ns = NS_PER_SECOND;
	assert_int_equal(run(), 0);
	put_file(outputs[EXCHANGE_REJECTED], quoted("{'flow':{'offset':3}}\n"), 22, "we");
	assert_refused(EX_CONFIG);
	put_file(outputs[EXCHANGE_TAGGED], quoted(correction), strlen(correction), "we");
	assert_int_equal(run(), 7);
}

static void a_file_is_followed_if_requested(void **state)
{
	struct exchange_file *exchange;
	struct bus_record flow;

	(void)state;
	settings.bus.follow = true;
	exchange = opened();
	for (int i = 0; i < FLOWS; i++)
		assert_int_equal(put_next(exchange), i);
	assert_int_equal(exchange_file_head(exchange, &flow), EXCHANGE_NONE);
	put_file(flows, "{}\n", 3, "ae");
	assert_int_equal(exchange_file_wait(exchange, 10000), 0);
	assert_int_equal(put_next(exchange), FLOWS);
	exchange_file_close(exchange);
}

static void other_options_are_refused(void **state)
{
	(void)state;
	run();
	timeline.options.hold_ns += NS_PER_SECOND;
	assert_refused(EX_CONFIG);
	assert_complete();
	timeline.state = NULL;
	assert_int_equal(run(), -1);
	assert_complete();
}

static void other_flows_are_refused(void **state)
{
	(void)state;
	run();
	put_file(flows, quoted("{'number':7}\n"), 13, "we");
	assert_refused(EX_CONFIG);
	unlink(outputs[EXCHANGE_TAGGED]);
	assert_refused(EX_CONFIG);
	unlink(outputs[EXCHANGE_REJECTED]);
	assert_int_equal(run(), 0);
}

static void an_output_with_other_lines_is_refused(void **state)
{
	(void)state;
	put_file(outputs[EXCHANGE_TAGGED], quoted("{'flow':{'offset':1}}\n"), 22, "we");
	assert_refused(EX_CONFIG);
	put_file(outputs[EXCHANGE_TAGGED], "", 0, "we");
	put_file(outputs[EXCHANGE_REJECTED], "text\n", 5, "we");
	assert_refused(EX_CONFIG);
}

static void what_cannot_be_opened_is_refused(void **state)
{
	(void)state;
	settings.flows.values[0] = "/nonexistent/flows";
	assert_refused(EX_NOINPUT);
	settings.flows.values[0] = flows;
	settings.outputs[EXCHANGE_REJECTED] = "/nonexistent/rejected";
	assert_refused(EX_CANTCREAT);
}

static void a_pipe_as_output_gets_every_flow_again(void **state)
{
	struct exchange_file *exchange;
	struct bus_record flow;

	(void)state;
	run();
	settings.outputs[EXCHANGE_TAGGED] = "-";
	exchange = opened();
	assert_int_equal(exchange_file_head(exchange, &flow), EXCHANGE_FLOW);
	assert_int_equal(flow.offset, 0);
	assert_int_equal(put_next(exchange), 0);
	exchange_file_close(exchange);
	assert_output(EXCHANGE_REJECTED, FLOWS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_flow_has_one_outcome_in_order),
		TEST(a_second_run_does_nothing_again),
		TEST(a_killed_run_continues_wherever_it_was_cut),
		TEST(the_files_hold_the_outcomes_of_the_first_flows_at_any_moment),
		TEST(a_skipped_flow_has_no_outcome),
		TEST(corrections_continue_after_the_record_that_the_last_one_revises),
		TEST(a_file_is_followed_if_requested),
		TEST(other_options_are_refused),
		TEST(other_flows_are_refused),
		TEST(an_output_with_other_lines_is_refused),
		TEST(what_cannot_be_opened_is_refused),
		TEST(a_pipe_as_output_gets_every_flow_again),
	};

	/* Cut lines cause hundreds of warnings. */
	log_init("exchange_file_test", LOG_LEVEL_ERROR, LOG_TEXT);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
