/* docs/answers.md sections 3, 5 and 6: raw instants, the order of bindings, the verdict. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/rules/asof.h"

#define NONE INT64_MIN
#define OPEN INT64_MAX
#define HOLD (10 * NS_PER_SECOND)
#define SKEW (500 * NS_PER_MS)
#define BINDINGS_MAX 4

/* Converts milliseconds; keeps NONE and OPEN. */
static struct when ms(int64_t moment)
{
	return moment == NONE || moment == OPEN ? (struct when){moment}
						: (struct when){moment * NS_PER_MS};
}

static int64_t in_ms(struct when moment)
{
	return moment.ns == NONE || moment.ns == OPEN ? moment.ns : moment.ns / NS_PER_MS;
}

/* A pod HOLDER on NODE whose raw instants are these: from SANDBOX + 1000 to FINISHED. */
static struct binding pod(size_t holder, uint64_t node, int64_t start, int64_t sandbox,
			  int64_t finished)
{
	struct binding binding = {
		.kind = HOLDER_POD,
		.holder = holder,
		.who = holder,
		.epoch = holder,
		.endpoint = WHEN_MIN,
	};

	binding.evidence = evidence_none();
	binding.evidence.first_received = WHEN_MAX;
	binding.evidence.node = node;
	binding.evidence.start_time = ms(start);
	binding.evidence.sandbox_ready = ms(sandbox);
	if (finished != OPEN) {
		binding.evidence.how = BINDING_FINISHED;
		binding.evidence.last_finished = ms(finished);
		binding.evidence.sandbox_gone = ms(finished);
		binding.evidence.ended_received = WHEN_MAX;
	}
	return binding;
}

static void a_binding_starts_with_the_evidence_of_the_clock(void **state)
{
	static const struct {
		enum timeline_clock clock;
		int64_t ready, started, endpoint, certain_from;
		const char *from;
	} cases[] = {
		{TIMELINE_SANDBOX, 2000, 3000, 4000, 3000, "sandbox"},
		{TIMELINE_SANDBOX, 3000, 2000, 4000, 3000, "started"},
		{TIMELINE_SANDBOX, 2000, 2000, 4000, 3000, "sandbox"},
		{TIMELINE_SANDBOX, NONE, 2000, 4000, 3000, "started"},
		{TIMELINE_SANDBOX, 2000, NONE, 4000, 3000, "sandbox"},
		{TIMELINE_SANDBOX, NONE, NONE, 4000, 4000, "endpoint"},
		{TIMELINE_SANDBOX, NONE, NONE, NONE, 9000, "received"},
		{TIMELINE_STARTED, 2000, 3000, 4000, 4000, "started"},
		{TIMELINE_STARTED, 2000, NONE, 4000, 4000, "endpoint"},
		{TIMELINE_ENDPOINT, 2000, 3000, 4500, 4500, "endpoint"},
		{TIMELINE_ENDPOINT, 2000, 3000, NONE, 9000, "received"},
		{TIMELINE_RECEIVED, 2000, 3000, 4000, 9000, "received"},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct binding binding = pod(0, 1, 0, cases[c].ready, OPEN);
		struct binding_start start;

		binding.evidence.first_started = ms(cases[c].started);
		binding.evidence.first_received = ms(9000);
		binding.endpoint = ms(cases[c].endpoint);
		start = binding_start(&binding,
				      &(struct assumptions){cases[c].clock, HOLD, SKEW, WHEN_MIN});
		assert_int_equal(in_ms(start.certain_from), cases[c].certain_from);
		assert_string_equal(start.from, cases[c].from);
	}
}

static void resolve(const struct binding *bindings, size_t count, struct instants *instants)
{
	const struct assumptions assumptions = {TIMELINE_SANDBOX, HOLD, SKEW, WHEN_MIN};

	assert_int_equal(asof_instants(bindings, count, &assumptions, instants), 0);
}

static void assert_instants(const struct instants *at, int64_t possible_from, int64_t certain_from,
			    int64_t certain_to, int64_t possible_to)
{
	assert_int_equal(in_ms(at->possible_from), possible_from);
	assert_int_equal(in_ms(at->certain_from), certain_from);
	assert_int_equal(in_ms(at->certain_to), certain_to);
	assert_int_equal(in_ms(at->possible_to), possible_to);
}

static void a_single_binding_is_widened_and_narrowed(void **state)
{
	struct binding closed = pod(0, 1, 1000, 3000, 50000), open = pod(0, 1, 1000, 3000, OPEN);
	struct instants at;

	(void)state;
	resolve(&closed, 1, &at);
	assert_instants(&at, 500, 4500, 49500, 51500);
	resolve(&open, 1, &at);
	assert_instants(&at, 500, 4500, OPEN, OPEN);
}

static void a_binding_ends_when_the_next_is_certain(void **state)
{
	/* A sandbox that was gone at 50 s, and a pod that was created long before it got the
	 * address. */
	struct binding bindings[] = {pod(0, 1, 1000, 3000, 50000), pod(1, 2, 20000, 50000, OPEN)};
	struct instants at[2];

	(void)state;
	bindings[0].evidence.how = BINDING_LOST;
	bindings[0].evidence.last_running = ms(40000);
	resolve(bindings, 2, at);
	assert_instants(&at[0], 500, 4500, 39500, 51500);
	assert_instants(&at[1], 39500, 51500, OPEN, OPEN);
}

static void an_open_binding_is_over_once_there_is_a_later_one(void **state)
{
	static const struct {
		const char *what;
		bool terminating, same_node, over;
	} cases[] = {
		{"no evidence of an order", false, false, false},
		{"it is terminating", true, false, true},
		{"both are on one node", false, true, true},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct binding bindings[] = {pod(0, 1, 1000, 3000, OPEN),
					     pod(1, 2, 20000, 22000, OPEN)};
		struct instants at[2];

		bindings[0].evidence.terminating = cases[c].terminating;
		if (cases[c].same_node)
			bindings[1].evidence.node = 1;
		resolve(bindings, 2, at);
		if ((at[0].possible_to.ns != OPEN) != cases[c].over)
			fail_msg("%s", cases[c].what);
		if (cases[c].over)
			assert_instants(&at[0], 500, 4500, 19500, 23500);
	}
}

static void two_bindings_on_one_node_have_no_skew(void **state)
{
	/* Both live for half a second, the second from 4.0 on, which proves an order only on one
	 * node. */
	struct binding bindings[] = {pod(0, 1, 1000, 3000, 4200), pod(1, 1, 1000, 4000, 4500)};
	struct instants at[2];

	(void)state;
	resolve(bindings, 2, at);
	assert_int_equal(in_ms(at[1].possible_from), 4200 - 500);
	bindings[1].evidence.node = 2;
	resolve(bindings, 2, at);
	assert_int_equal(in_ms(at[1].possible_from), 1000 - 500);
	bindings[0].evidence.node = bindings[1].evidence.node = 0;
	resolve(bindings, 2, at);
	assert_int_equal(in_ms(at[1].possible_from), 1000 - 500);
}

static void two_bindings_each_before_the_other_have_no_order(void **state)
{
	/* A short binding that was over before it was certain, and an open, terminating one. */
	struct binding bindings[] = {pod(0, 1, 8000, 9000, OPEN), pod(1, 2, 8000, 11000, 10200)};
	struct instants at[2];

	(void)state;
	bindings[0].evidence.terminating = true;
	resolve(bindings, 2, at);
	assert_instants(&at[0], 7500, 10500, OPEN, OPEN);
	assert_instants(&at[1], 7500, 12500, 9700, 11700);
}

static void within_one_pod_only_the_epochs_count(void **state)
{
	struct binding bindings[] = {pod(0, 1, 1000, 3000, 50000), pod(0, 1, 1000, 2000, OPEN)};
	struct instants at[2];

	(void)state;
	bindings[1].epoch = 9;
	resolve(bindings, 2, at);
	assert_int_equal(in_ms(at[1].possible_from), 49500);
	assert_int_equal(in_ms(at[0].possible_to), 3500);
}

/* Tenures whose instants are given: possible_from, certain_from, certain_to, possible_to. */
static size_t tenures_of(const int64_t (*rows)[5], size_t count, struct tenure *tenures)
{
	for (size_t t = 0; t < count; t++) {
		tenures[t] = (struct tenure){
			.binding = {.holder = (size_t)rows[t][0],
				    .who = (size_t)rows[t][0],
				    .epoch = t},
			.at = {ms(rows[t][1]), ms(rows[t][2]), ms(rows[t][3]), ms(rows[t][4])},
		};
	}
	asof_sort(tenures, count);
	return count;
}

static void what_is_settled(void **state)
{
	static const int64_t rows[][5] = {
		{0, 1000, 4000, 9000, 11000},
		{1, 10000, 14000, 19000, 21000},
		{2, 15000, 16000, 30000, 31000},
	};
	struct tenure tenures[BINDINGS_MAX];
	size_t count = tenures_of(rows, 3, tenures);

	(void)state;
	assert_int_equal(in_ms(asof_next(tenures, count, ms(30000))), 30000);
	assert_int_equal(in_ms(asof_next(tenures, count, ms(30001))), OPEN);
	assert_int_equal(in_ms(asof_next(tenures, count, ms(9500))), 14000);
	/* With the skew put back and taken off again. */
	assert_int_equal(in_ms(asof_settled(tenures, count, ms(3999), SKEW)), NONE);
	assert_int_equal(in_ms(asof_settled(tenures, count, ms(4000), SKEW)), 3000);
	assert_int_equal(in_ms(asof_settled(tenures, count, ms(12000), SKEW)), 9000);
	assert_int_equal(in_ms(asof_settled(tenures, count, ms(90000), SKEW)), 30000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_binding_starts_with_the_evidence_of_the_clock),
		cmocka_unit_test(a_single_binding_is_widened_and_narrowed),
		cmocka_unit_test(a_binding_ends_when_the_next_is_certain),
		cmocka_unit_test(an_open_binding_is_over_once_there_is_a_later_one),
		cmocka_unit_test(two_bindings_on_one_node_have_no_skew),
		cmocka_unit_test(two_bindings_each_before_the_other_have_no_order),
		cmocka_unit_test(within_one_pod_only_the_epochs_count),
		cmocka_unit_test(what_is_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
