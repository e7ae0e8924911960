/* The timeline's promises over random histories. SEED and SEEDS choose which; a failure
 * prints its seed. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "common/timeline/timeline.h"
#include "common/timeline/timeline_internal.h"
#include "tests/unit/common/timeline/timeline_history.h"

#define QUESTIONS 300
#define SEEDS 8

static uint64_t seed_from(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static struct timeline *opened(const char *directory, const struct timeline_options *options)
{
	struct timeline *timeline = timeline_open(directory, options);

	assert_non_null(timeline);
	return timeline;
}

/* Feeds TOPIC from the timeline's own offset up to END, exclusive. */
static void feed(struct timeline *timeline, const struct topic *topic, size_t end)
{
	for (size_t r = (size_t)timeline_next_offset(timeline); r < end; r++) {
		const char *line = topic->records[r].line, *why = NULL;
		enum timeline_outcome outcome =
			timeline_apply(timeline, (int64_t)r, line, strlen(line), -1, &why);

		if (outcome != TIMELINE_APPLIED && outcome != TIMELINE_IGNORED)
			fail_msg("record %zu: %s: %s", r, why ? why : "broken", line);
	}
}

/* The answer as JSON, to be freed. */
static char *ask(struct timeline *timeline, const struct timeline_question *question)
{
	struct timeline_answer answer;
	struct text out;
	char *copy;

	assert_int_equal(timeline_answer(timeline, question, &answer), 0);
	text_init(&out, 1 << 20);
	timeline_answer_json(&answer, &out);
	copy = topic_text_copy(&out);
	text_free(&out);
	return copy;
}

static void assert_same(uint64_t seed, const struct timeline_question *question, const char *one,
			const char *other)
{
	char ip[IP_TEXT_SIZE], start[WHEN_TEXT_SIZE];

	if (strcmp(one, other) == 0)
		return;
	ip_format(&question->ip, ip);
	when_format(question->start, start);
	fail_msg("seed %" PRIu64 ": %s at %s, position %" PRId64 ":\n%s\n%s", seed, ip, start,
		 question->position, one, other);
}

/* Both have seen everything. */
static void assert_agree(uint64_t seed, struct timeline *a, struct timeline *b,
			 struct chance *chance)
{
	for (int q = 0; q < QUESTIONS; q++) {
		struct timeline_question question = history_question(chance, 1);
		char *one, *other;

		question.position = timeline_position_last(a).offset;
		one = ask(a, &question);
		question.position = timeline_position_last(b).offset;
		other = ask(b, &question);
		assert_same(seed, &question, one, other);
		free(one);
		free(other);
	}
}

static void compare_with(struct topic (*change)(const struct topic *, struct chance *),
			 uint64_t first)
{
	for (uint64_t seed = first; seed < first + seed_from("SEEDS", SEEDS); seed++) {
		struct chance chance = {seed + 77};
		struct topic topic = history_topic(seed), changed = change(&topic, &chance);
		struct timeline_options options = history_options(&chance);
		struct timeline *a = opened(NULL, &options), *b = opened(NULL, &options);

		feed(a, &topic, topic.count);
		feed(b, &changed, changed.count);
		assert_agree(seed, a, b, &chance);
		timeline_close(a);
		timeline_close(b);
		topic_free(&topic);
		topic_free(&changed);
	}
}

static void the_order_of_the_watches_does_not_matter(void **state)
{
	(void)state;
	compare_with(history_shuffled, seed_from("SEED", 1));
}

static void applying_records_twice_changes_nothing(void **state)
{
	(void)state;
	compare_with(history_repeated, seed_from("SEED", 101));
}

static void an_answer_at_a_position_never_changes(void **state)
{
	uint64_t first = seed_from("SEED", 201);

	(void)state;
	for (uint64_t seed = first; seed < first + seed_from("SEEDS", SEEDS); seed++) {
		struct chance chance = {seed + 77};
		struct topic topic = history_topic(seed);
		struct timeline_options options = history_options(&chance);
		struct timeline *timeline = opened(NULL, &options);
		struct timeline_question questions[QUESTIONS];
		char *answers[QUESTIONS];

		for (int q = 0; q < QUESTIONS; q++) {
			feed(timeline, &topic, topic.count * (size_t)(q + 1) / (QUESTIONS + 1) + 1);
			questions[q] =
				history_question(&chance, timeline_next_offset(timeline) - 1);
			answers[q] = ask(timeline, &questions[q]);
		}
		feed(timeline, &topic, topic.count);
		for (int q = 0; q < QUESTIONS; q++) {
			char *again = ask(timeline, &questions[q]);

			assert_same(seed, &questions[q], answers[q], again);
			free(again);
			free(answers[q]);
		}
		timeline_close(timeline);
		topic_free(&topic);
	}
}

/* What is cached of earlier questions and positions changes no answer. */
static void assert_cached_agree(uint64_t seed, struct timeline *cached, struct timeline *whole,
				const struct timeline_question *questions)
{
	for (int q = 0; q < QUESTIONS; q++) {
		char *one, *other;

		if (questions[q].position >= timeline_next_offset(cached))
			continue;
		one = ask(cached, &questions[q]);
		sole_tenures_clear(whole->sole_tenures);
		other = ask(whole, &questions[q]);
		assert_same(seed, &questions[q], other, one);
		free(one);
		free(other);
	}
}

static void what_is_cached_changes_no_answer(void **state)
{
	uint64_t first = seed_from("SEED", 401);

	(void)state;
	for (uint64_t seed = first; seed < first + seed_from("SEEDS", SEEDS); seed++) {
		struct chance chance = {seed + 77};
		struct topic topic = history_topic(seed);
		struct timeline_options options = history_options(&chance);
		struct timeline *whole = opened(NULL, &options), *cached = opened(NULL, &options);
		struct timeline_question questions[QUESTIONS];

		feed(whole, &topic, topic.count);
		for (int q = 0; q < QUESTIONS; q++)
			questions[q] = history_question(&chance, timeline_next_offset(whole) - 1);
		for (size_t part = 1; part <= 12; part++) {
			feed(cached, &topic, topic.count * part / 12);
			assert_cached_agree(seed, cached, whole, questions);
		}
		assert_true(timeline_stats(cached).cache_hits > 0);
		timeline_close(whole);
		timeline_close(cached);
		topic_free(&topic);
	}
}

/* Feeds COUNT more records of SEED's topic and ends without closing. */
static int feed_part(const char *directory, uint64_t seed, size_t count)
{
	struct chance chance = {seed + 77};
	struct topic topic = history_topic(seed);
	struct timeline_options options = history_options(&chance);
	struct timeline *timeline = opened(directory, &options);
	size_t end = (size_t)timeline_next_offset(timeline) + count;

	feed(timeline, &topic, end < topic.count ? end : topic.count);
	_exit(0);
}

/* RocksDB has threads, so a process that only forked could wait for one forever. */
static void feed_and_be_killed(const char *directory, uint64_t seed, size_t count)
{
	char command[256];

	snprintf(command, sizeof(command), "/proc/%d/exe '%s' %" PRIu64 " %zu", (int)getpid(),
		 directory, seed, count);
	assert_int_equal(system(command), 0);
}

static void remove_store(const char *directory)
{
	char command[256], aside[256];

	snprintf(aside, sizeof(aside), "%s.damaged", directory);
	assert_int_not_equal(access(aside, F_OK), 0);
	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	assert_int_equal(system(command), 0);
}

static void a_killed_process_continues_where_it_was(void **state)
{
	uint64_t first = seed_from("SEED", 301);

	(void)state;
	for (uint64_t seed = first; seed < first + seed_from("SEEDS", SEEDS); seed++) {
		struct chance chance = {seed + 77};
		struct topic topic = history_topic(seed);
		struct timeline_options options = history_options(&chance);
		char directory[] = "/tmp/tenure-timeline-test-XXXXXX";
		struct timeline *whole = opened(NULL, &options), *killed;

		assert_non_null(mkdtemp(directory));
		for (int kill = 0; kill < 6; kill++)
			feed_and_be_killed(directory, seed,
					   chance_pick(&chance, (unsigned)topic.count / 5));
		killed = opened(directory, &options);
		feed(killed, &topic, topic.count);
		feed(whole, &topic, topic.count);
		assert_int_equal(timeline_last_hash(killed), timeline_last_hash(whole));
		assert_agree(seed, whole, killed, &chance);
		timeline_close(whole);
		timeline_close(killed);
		remove_store(directory);
		topic_free(&topic);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_of_the_watches_does_not_matter),
		cmocka_unit_test(applying_records_twice_changes_nothing),
		cmocka_unit_test(an_answer_at_a_position_never_changes),
		cmocka_unit_test(what_is_cached_changes_no_answer),
		cmocka_unit_test(a_killed_process_continues_where_it_was),
	};

	if (argc == 4)
		return feed_part(argv[1], strtoull(argv[2], NULL, 10),
				 (size_t)strtoull(argv[3], NULL, 10));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
