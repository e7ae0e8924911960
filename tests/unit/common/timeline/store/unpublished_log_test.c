/* The unpublished pods of a cluster: who may hold an address; and whatever is in memory and in the
 * store, questions find the same as in a plain list. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/rules/offset.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/store/unpublished_log.h"

#define NONE INT64_MIN
#define STATEMENTS 100000

static struct when s(int64_t seconds)
{
	return seconds == NONE ? WHEN_MIN : (struct when){seconds * NS_PER_SECOND};
}

struct scene {
	struct store *store;
	struct unpublished_log log;
};

static struct scene begin(void)
{
	struct scene scene = {store_open(NULL), unpublished_log_none(3)};

	assert_non_null(scene.store);
	return scene;
}

static void end(struct scene *scene)
{
	unpublished_log_free(&scene->log);
	store_close(scene->store);
}

static void add(struct scene *scene, const struct unpublished_pod *row)
{
	assert_int_equal(unpublished_log_add(&scene->log, scene->store, row), 0);
	assert_int_equal(store_commit(scene->store), 0);
}

static void hide(struct scene *scene, uint64_t number, uint64_t offset)
{
	assert_int_equal(unpublished_log_hide(&scene->log, scene->store, number, offset), 0);
	assert_int_equal(store_commit(scene->store), 0);
}

static bool may_hold(struct scene *scene, const struct unpublished_question *question)
{
	int may = unpublished_log_may_hold(&scene->log, scene->store, question);

	assert_in_range(may, 0, 1);
	return may == 1;
}

static void reload(struct scene *scene)
{
	struct when horizon = scene->log.horizon;

	unpublished_log_free(&scene->log);
	scene->log.horizon = horizon;
	assert_int_equal(unpublished_log_load(&scene->log, scene->store), 0);
}

/* Many statements, so that blocks are skipped. Each pod waits one second; a stuck one waits
 * forever. */
static void fill(struct scene *scene)
{
	for (uint64_t pod = 0; pod < 2000; pod++) {
		struct unpublished_pod row = {
			.number = pod,
			.holder = pod + 1,
			.opened_offset = pod * 2,
			.hidden_offset = pod == 700 ? OFFSET_NEVER : pod * 2 + 2,
			.from = s((int64_t)pod),
			.until = WHEN_MAX,
			.dead = WHEN_MAX,
		};

		add(scene, &row);
	}
}

static void a_pod_may_hold_an_address_while_it_waits(void **state)
{
	static const struct {
		const char *what;
		int64_t start, end;
		uint64_t position, holder;
		bool excluded, may;
	} cases[] = {
		{"it waits", 100, 100, 200, 0, false, true},
		{"it began to wait just after", 99, 100, 202, 0, false, true},
		{"it began to wait later", 98, 99, 202, 0, false, false},
		{"it was given an address since", 100, 100, 204, 0, false, false},
		{"it is the holder", 100, 100, 200, 101, false, false},
		{"the address was certainly another's", 100, 100, 200, 0, true, false},
		{"the stuck one", 1500, 1500, 3500, 1751, false, true},
		{"before the stuck one", 600, 600, 3500, 0, false, false},
		{"the stuck one, excluded", 1500, 1500, 3999, 2000, true, false},
	};
	struct scene scene = begin();

	(void)state;
	fill(&scene);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct unpublished_question question = {
			.start = s(cases[c].start),
			.end = s(cases[c].end),
			.skew_ns = NS_PER_SECOND,
			.position = cases[c].position,
			.holders = {cases[c].holder},
			.holder_count = 1,
			.next = cases[c].excluded ? s(cases[c].end) : WHEN_MAX,
			.known = s(9000),
		};

		if (may_hold(&scene, &question) != cases[c].may)
			fail_msg("%s", cases[c].what);
	}
	end(&scene);
}

static void a_pod_that_never_got_an_address_may_have_had_one_until_its_end(void **state)
{
	struct scene scene = begin();
	struct unpublished_pod row = {0,    1,      false,  5,        OFFSET_NEVER, 7,
				      true, s(100), s(120), WHEN_MAX, s(NONE)};
	struct unpublished_question question = {
		.next = WHEN_MAX, .known = s(900), .skew_ns = NS_PER_SECOND, .position = 9};

	(void)state;
	add(&scene, &row);
	question.start = question.end = s(121);
	assert_true(may_hold(&scene, &question));
	question.start = question.end = s(122);
	assert_false(may_hold(&scene, &question));
	question.start = question.end = s(110);
	hide(&scene, 0, 8);
	assert_false(may_hold(&scene, &question));
	question.position = 7;
	assert_true(may_hold(&scene, &question));
	end(&scene);
}

static void a_pod_that_was_not_released_lingers_until_the_address_is_settled(void **state)
{
	struct scene scene = begin();
	struct unpublished_pod row = {0,     1,      false,  5,        OFFSET_NEVER, 7,
				      false, s(100), s(120), WHEN_MAX, s(NONE)};
	uint64_t nodes[] = {7};
	struct unpublished_question question = {
		.start = s(900),
		.end = s(900),
		.settled = s(120),
		.next = WHEN_MAX,
		.known = s(900),
		.skew_ns = NS_PER_SECOND,
		.position = 9,
		.nodes = nodes,
		.node_count = 1,
	};

	(void)state;
	add(&scene, &row);
	assert_true(may_hold(&scene, &question));
	nodes[0] = 8; /* the address is another node's */
	assert_false(may_hold(&scene, &question));
	question.node_count = 0;
	question.settled = s(121);
	assert_false(may_hold(&scene, &question));
	end(&scene);
}

static uint64_t chance(uint64_t *state, uint64_t limit)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (*state >> 33) % limit;
}

static struct unpublished_pod random_row(uint64_t number, uint64_t *state)
{
	int64_t from = (int64_t)(number / 4 + chance(state, 50));
	bool is_open = chance(state, 3) != 0;

	return (struct unpublished_pod){
		.number = number,
		.holder = chance(state, 5000),
		.machine = chance(state, 1000) == 0,
		.opened_offset = number * 3,
		.hidden_offset = OFFSET_NEVER,
		.node = chance(state, 20),
		.released = chance(state, 2) == 0,
		.from = s(from),
		.until = is_open ? WHEN_MAX : s(from + (int64_t)chance(state, 30)),
		.dead = chance(state, 10) == 0 ? s(from + 5) : WHEN_MAX,
		.held_known = chance(state, 10) == 0 ? s(from - 5) : WHEN_MIN,
	};
}

/* Asks about positions from FIRST on, and compares each answer with that of the plain LIST. */
static void check(struct scene *scene, const struct unpublished_pod *list, size_t count,
		  uint64_t first, uint64_t *state)
{
	for (size_t q = 0; q < 60; q++) {
		uint64_t position = first + chance(state, count * 3 - first);
		int64_t at = (int64_t)(position / 12 + chance(state, 60));
		const struct unpublished_question question = {
			.machines = chance(state, 20) == 0,
			.start = s(at),
			.end = s(at + (int64_t)chance(state, 5)),
			.settled = s(at - (int64_t)chance(state, 100)),
			.next = WHEN_MAX,
			.known = s(at + 10),
			.hold_ns = 10 * NS_PER_SECOND,
			.position = position,
		};
		const struct unpublished_pod *row;
		uint64_t next = 0;

		for (size_t r = 0; r < count; r++) {
			if (!unpublished_pod_may_hold(&list[r], scene->log.horizon, &question))
				continue;
			assert_int_equal(unpublished_log_next(&scene->log, scene->store, &question,
							      &next, &row),
					 1);
			assert_int_equal(row->number, list[r].number);
			assert_int_equal(next, list[r].number + 1);
		}
		assert_int_equal(
			unpublished_log_next(&scene->log, scene->store, &question, &next, &row), 0);
	}
}

/* Statements with numbers from *COUNT on, most of which are hidden soon. Some numbers are others'. */
static void live(struct scene *scene, struct unpublished_pod *list, size_t *count, size_t until,
		 uint64_t *state)
{
	for (; *count < until; (*count)++) {
		struct unpublished_pod *row = &list[*count];
		uint64_t hidden = *count > 100 ? *count - 1 - chance(state, 100) : 0;

		*row = random_row(*count == 0 ? 70000 : row[-1].number + 1 + chance(state, 2),
				  state);
		row->opened_offset = *count * 3;
		row->from = s((int64_t)(*count / 4 + chance(state, 50)));
		add(scene, row);
		if (list[hidden].hidden_offset != OFFSET_NEVER || hidden % 64 == 0)
			continue;
		list[hidden].hidden_offset = *count * 3 + 1;
		hide(scene, list[hidden].number, *count * 3 + 1);
	}
}

static void every_question_finds_what_a_plain_list_has(void **unused)
{
	struct scene scene = begin();
	struct unpublished_pod *list = calloc(STATEMENTS, sizeof(*list));
	size_t count = 0;
	uint64_t state = 1;

	(void)unused;
	assert_non_null(list);
	live(&scene, list, &count, STATEMENTS / 2, &state);
	check(&scene, list, count, 0, &state);
	reload(&scene);
	check(&scene, list, count, 0, &state);
	live(&scene, list, &count, STATEMENTS, &state);
	check(&scene, list, count, 0, &state);
	free(list);
	end(&scene);
}

static size_t count_rows(struct scene *scene, enum row_table table)
{
	struct span key, value;
	struct store_scan *scan;
	struct text prefix;
	size_t rows = 0;

	text_init(&prefix, 64);
	row_key_table(&prefix, table, scene->log.cluster);
	scan = store_scan_begin(scene->store, &prefix, &prefix);
	while (store_scan_next(scan, &key, &value) == 1)
		rows++;
	store_scan_end(scan);
	text_free(&prefix);
	return rows;
}

static void what_is_past_is_removed_and_changes_nothing_else(void **unused)
{
	struct scene scene = begin();
	struct unpublished_pod *list = calloc(STATEMENTS, sizeof(*list));
	size_t count = 0;
	uint64_t state = 1;

	(void)unused;
	assert_non_null(list);
	for (size_t until = STATEMENTS / 10; until <= STATEMENTS; until += STATEMENTS / 10) {
		uint64_t offset;

		live(&scene, list, &count, until, &state);
		/* A statement that nothing hides keeps its block. */
		for (size_t r = 0; r < count; r++) {
			if (r + 1000 < count && list[r].hidden_offset == OFFSET_NEVER) {
				list[r].hidden_offset = count * 3;
				hide(&scene, list[r].number, count * 3);
			}
		}
		offset = (count - STATEMENTS / 20) * 3;
		scene.log.horizon = s((int64_t)(count - STATEMENTS / 10) / 4);
		assert_int_equal(unpublished_log_forget(&scene.log, scene.store, offset), 0);
		assert_int_equal(store_commit(scene.store), 0);
		check(&scene, list, count, offset, &state);
	}
	assert_in_range(count_rows(&scene, ROW_UNPUBLISHED), STATEMENTS / 20, STATEMENTS / 4);
	assert_in_range(count_rows(&scene, ROW_UNPUBLISHED_BLOCKS), 1, 300);
	assert_in_range(scene.log.count, 1, 900);
	reload(&scene);
	check(&scene, list, count, (count - STATEMENTS / 20) * 3, &state);
	free(list);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pod_may_hold_an_address_while_it_waits),
		cmocka_unit_test(a_pod_that_never_got_an_address_may_have_had_one_until_its_end),
		cmocka_unit_test(a_pod_that_was_not_released_lingers_until_the_address_is_settled),
		cmocka_unit_test(every_question_finds_what_a_plain_list_has),
		cmocka_unit_test(what_is_past_is_removed_and_changes_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
