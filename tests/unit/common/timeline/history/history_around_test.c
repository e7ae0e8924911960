/* What is around a flow has the instants that it has among all. SEED and SEEDS choose the histories. */
#include "common/timeline/history/history_around.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/common/timeline/timeline_topic.h"

#define HOLDERS 40
#define BINDINGS_MAX (HOLDERS * 3)
#define VERSIONS_MAX (BINDINGS_MAX * 4)
#define INTERFACES 30
#define SECONDS 2000
#define QUESTIONS 200

static const struct assumptions assumptions = {TIMELINE_SANDBOX, 10 * NS_PER_SECOND,
					       500 * NS_PER_MS, WHEN_MIN};

static struct when second(int64_t number)
{
	return (struct when){number * NS_PER_SECOND};
}

static struct when maybe(struct chance *chance, int64_t number)
{
	return chance_one_in(chance, 4) ? WHEN_MIN : second(number);
}

/* The evidence of a pod from FROM to TO; a later VERSION knows more of it. Some of it is odd. */
static struct evidence evidence_of(struct chance *chance, int64_t from, int64_t to,
				   unsigned version, unsigned node)
{
	struct evidence evidence = evidence_none();

	evidence.node = node;
	evidence.start_time = maybe(chance, from);
	evidence.first_received = second(from + 1 + chance_pick(chance, 8));
	evidence.first_known = maybe(chance, from - 1);
	evidence.terminating = chance_one_in(chance, 3);
	if (version > 0) {
		evidence.sandbox_ready = maybe(chance, from + 1);
		evidence.first_started = maybe(chance, from + 2);
		evidence.last_running = maybe(chance, from + 2);
	}
	if (version > 1) {
		evidence.all_terminated = chance_one_in(chance, 3);
		evidence.last_finished = maybe(chance, to - 2);
	}
	if (version > 2) {
		evidence.how = (enum binding_end)chance_pick(chance, BINDING_ENDS - 1);
		evidence.sandbox_gone = maybe(chance, to - 1);
		evidence.ended_received = second(to + chance_pick(chance, 5));
		evidence.ended_known = maybe(chance, to - 3);
	}
	return evidence;
}

/* Adds a binding of the last holder, from FROM to TO, with up to four versions. */
static void add_binding(struct history *history, struct chance *chance, int64_t from, int64_t to)
{
	struct binding_history *binding = &history->bindings[history->binding_count++];
	unsigned versions = 1 + chance_pick(chance, 4), node = chance_pick(chance, 3);

	*binding = (struct binding_history){history->holder_count - 1, history->binding_count,
					    history->version_count, versions};
	for (unsigned v = 0; v < versions; v++) {
		/* Of four versions the last is written when it ends. */
		int64_t written = v < 3 ? from + 1 + v : to + 1;

		history->versions[history->version_count++] = (struct binding_version){
			(uint64_t)written, evidence_of(chance, from, to, v, node)};
		history->changes[history->change_count++] = (uint64_t)written;
	}
}

static int in_order(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* Adds the interfaces of all nodes. The pod of one may be silent for long. */
static void add_interfaces(struct history *history, struct chance *chance)
{
	for (size_t i = 0; i < INTERFACES; i++) {
		int64_t appeared = 100 + chance_pick(chance, SECONDS);
		struct when first = second(appeared + chance_pick(chance, 60));
		struct when last = when_add(first, chance_pick(chance, 40) * NS_PER_SECOND);
		uint64_t written = (uint64_t)(last.ns / NS_PER_SECOND) + 1;

		history->interfaces[history->interface_count++] = (struct interface_version){
			.interface = i,
			.offset = written,
			.span = {.uid = i + 1,
				 .node = chance_pick(chance, 3),
				 .name = i + 1,
				 .first = first,
				 .last = last,
				 .any_first = first,
				 .any_last = last,
				 .since = WHEN_MIN,
				 .appeared = second(appeared),
				 .until = WHEN_MAX,
				 .alone_since = WHEN_MAX,
				 .alone_until = WHEN_MIN},
		};
		history->changes[history->change_count++] = written;
	}
}

static struct history *history_of(struct chance *chance)
{
	struct history *history = calloc(1, sizeof(*history));

	assert_non_null(history);
	history->holders = calloc(HOLDERS, sizeof(*history->holders));
	history->bindings = calloc(BINDINGS_MAX, sizeof(*history->bindings));
	history->versions = calloc(VERSIONS_MAX, sizeof(*history->versions));
	history->interfaces = calloc(INTERFACES, sizeof(*history->interfaces));
	history->changes = calloc(VERSIONS_MAX + INTERFACES, sizeof(*history->changes));
	for (size_t h = 0; h < HOLDERS; h++) {
		int64_t from = 100 + chance_pick(chance, SECONDS);

		history->holders[history->holder_count++] = (struct holder){HOLDER_POD, {"", 0}};
		for (unsigned b = 0; b <= chance_pick(chance, 10) / 7; b++) {
			int64_t to = from + 5 +
				     chance_pick(chance, chance_one_in(chance, 20) ? SECONDS : 40);

			add_binding(history, chance, from, to);
			/* Clocks can differ so much that an epoch seems to precede the one before. */
			from = chance_one_in(chance, 6) ? from - 90 : to + chance_pick(chance, 20);
		}
	}
	add_interfaces(history, chance);
	qsort(history->changes, history->change_count, sizeof(*history->changes), in_order);
	return history;
}

static const struct tenure *same_in(const struct address_view *view, const struct tenure *tenure)
{
	for (size_t t = 0; t < view->count; t++) {
		const struct tenure *other = &view->tenures[t];

		if (other->binding.holder == tenure->binding.holder &&
		    other->binding.epoch == tenure->binding.epoch)
			return other;
	}
	return NULL;
}

/* Each tenure of ONE that is possible in the flow has the same instants in OTHER. */
static void assert_same(const char *what, const struct address_view *one,
			const struct address_view *other, struct when start, struct when end)
{
	for (size_t t = 0; t < one->count; t++) {
		const struct tenure *tenure = &one->tenures[t], *same = same_in(other, tenure);

		if (!asof_is_possible(tenure, start, end))
			continue;
		if (same == NULL)
			fail_msg("%s: holder %zu is missing at %" PRId64, what,
				 tenure->binding.holder, start.ns / NS_PER_SECOND);
		else if (memcmp(&same->at, &tenure->at, sizeof(same->at)) != 0)
			fail_msg("%s: holder %zu has other instants at %" PRId64, what,
				 tenure->binding.holder, start.ns / NS_PER_SECOND);
	}
}

static void ask(struct history *history, struct chance *chance, uint64_t *taken)
{
	struct when start = second(100 + (int64_t)chance_pick(chance, SECONDS));
	struct when end = when_add(start, (int64_t)chance_pick(chance, 3000) * NS_PER_MS);
	uint64_t position = chance_one_in(chance, 3) ? OFFSET_NEVER - 1
						     : (uint64_t)(start.ns / NS_PER_SECOND + 12);
	const struct address_view *whole = history_view(history, position, true, &assumptions);
	const struct address_view *around =
		history_around(history, position, true, &assumptions, start, end);

	assert_non_null(whole);
	assert_non_null(around);
	assert_same("around", whole, around, start, end);
	assert_same("whole", around, whole, start, end);
	assert_true(when_not_after(around->since, start) && when_not_after(end, around->until));
	for (int q = 0; q < 4; q++) {
		struct when moment = second(100 + (int64_t)chance_pick(chance, SECONDS));

		if (when_not_after(around->since, moment) && when_not_after(moment, around->until))
			assert_same("since", whole, around, moment, moment);
	}
	*taken += around->count;
}

static void what_is_around_has_the_same_instants(void **state)
{
	const char *seeds = getenv("SEEDS"), *first = getenv("SEED");
	uint64_t seed = first != NULL ? strtoull(first, NULL, 10) : 1;
	uint64_t until = seed + (seeds != NULL ? strtoull(seeds, NULL, 10) : 40);
	uint64_t taken = 0, bindings = 0;

	(void)state;
	for (; seed < until; seed++) {
		struct chance chance = {seed};
		struct history *history = history_of(&chance);

		for (int q = 0; q < QUESTIONS; q++) {
			ask(history, &chance, &taken);
			bindings += history->binding_count;
		}
		history_free(history);
	}
	printf("%" PRIu64 " of %" PRIu64 " bindings were taken\n", taken, bindings);
	assert_true(taken < bindings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_around_has_the_same_instants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
