/* The PROGRESS records of a cluster: whatever is in memory and in the store, questions find the same
 * as in a plain list. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/timeline/store/progress_log.h"

#define ENTRIES 5000

static uint64_t chance(uint64_t *state, uint64_t limit)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (*state >> 33) % limit;
}

/* Asks at random about instants and offsets that are not before those of LIST[FIRST]. */
static void check(struct progress_log *log, struct store *store, const struct progress *list,
		  size_t first, uint64_t *state)
{
	const struct progress_entry *from = &list->list[first],
				    *last = &list->list[list->count - 1];

	for (size_t q = 0; q < 2000; q++) {
		struct when moment = {
			from->known.ns +
			(int64_t)chance(state, (uint64_t)(last->known.ns - from->known.ns) + 3)};
		uint64_t offset = from->offset + chance(state, last->offset - from->offset + 3);
		size_t next = progress_before(list->list, list->count, moment);
		struct progress_entry entry = {WHEN_MIN, 0};
		struct when known = WHEN_MAX;
		int found = progress_log_find(log, store, moment, &entry);

		assert_int_equal(found, next < list->count);
		if (found == 1)
			assert_int_equal(entry.offset, list->list[next].offset);
		assert_int_equal(progress_log_known_at(log, store, offset, &known), 0);
		assert_int_equal(known.ns, progress_known_at(list, offset).ns);
	}
}

static void add(struct progress_log *log, struct store *store, struct progress *list,
		uint64_t *state)
{
	for (size_t e = 0; e < ENTRIES; e++) {
		const struct progress_entry *last = progress_log_last(log);
		struct when known = {last == NULL ? 1000 : last->known.ns};
		uint64_t offset = last == NULL ? 7 : last->offset + 1 + chance(state, 5);

		known = when_add(known, (int64_t)chance(state, 4)); /* 0 changes nothing */
		assert_int_equal(progress_log_add(log, store, known, offset), 0);
		assert_int_equal(progress_add(list, known, offset), 0);
		assert_int_equal(store_commit(store), 0);
	}
}

static void reload(struct progress_log *log, struct store *store)
{
	progress_log_free(log);
	*log = (struct progress_log){.cluster = 3};
	assert_int_equal(progress_log_load(log, store), 0);
}

static void every_question_finds_what_a_plain_list_has(void **unused)
{
	struct store *store = store_open(NULL);
	struct progress_log log = {.cluster = 3};
	struct progress list = {0};
	struct progress_entry entry;
	struct when known = WHEN_MAX;
	uint64_t state = 1;

	(void)unused;
	assert_non_null(store);
	assert_null(progress_log_last(&log));
	assert_int_equal(progress_log_find(&log, store, WHEN_MIN, &entry), 0);
	assert_int_equal(progress_log_known_at(&log, store, 100, &known), 0);
	assert_true(when_is_min(known));
	add(&log, store, &list, &state);
	assert_int_equal(progress_log_known_at(&log, store, 6, &known), 0);
	assert_true(when_is_min(known));
	check(&log, store, &list, 0, &state);
	reload(&log, store);
	check(&log, store, &list, 0, &state);
	add(&log, store, &list, &state); /* into the last block, with others in the cache */
	check(&log, store, &list, 0, &state);
	progress_log_free(&log);
	progress_free(&list);
	store_close(store);
}

static void what_is_dropped_is_before_the_offset(void **unused)
{
	struct store *store = store_open(NULL);
	struct progress_log log = {.cluster = 3};
	struct progress list = {0};
	uint64_t state = 1;
	size_t blocks;

	(void)unused;
	assert_non_null(store);
	add(&log, store, &list, &state);
	check(&log, store, &list, 0, &state);
	blocks = log.index.count;
	for (size_t e = 0; e < list.count; e += 20) {
		assert_int_equal(progress_log_drop(&log, store, list.list[e].offset), 0);
		assert_int_equal(store_commit(store), 0);
		if (e % 400 == 0 && e + 1 < list.count)
			check(&log, store, &list, e, &state);
		if (e == 2000)
			reload(&log, store);
	}
	assert_in_range(log.index.count, 1, 2);
	assert_int_equal(log.dropped + log.index.count, blocks - 2000 / PROGRESS_BLOCK);
	check(&log, store, &list, list.count - 20, &state);
	progress_log_free(&log);
	progress_free(&list);
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_question_finds_what_a_plain_list_has),
		cmocka_unit_test(what_is_dropped_is_before_the_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
