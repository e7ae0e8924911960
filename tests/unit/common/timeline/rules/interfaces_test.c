/* docs/answers.md section 3: which epoch an interface is of, and what that says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/rules/interfaces.h"

#define NONE INT64_MIN
#define OPEN INT64_MAX
#define NODE 7
#define HOST 9

static const struct assumptions assumed = {
	.clock = TIMELINE_SANDBOX,
	.hold_ns = 10 * NS_PER_SECOND,
	.skew_ns = 500 * NS_PER_MS,
	.horizon = {INT64_MIN},
};

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

/* Pod HOLDER of NODE, whose sandbox was ready at READY; it is reported as finished 2 s after FINISHED. */
static struct binding pod(size_t holder, int64_t ready, int64_t finished)
{
	struct binding binding = {
		.kind = HOLDER_POD,
		.holder = holder,
		.who = holder,
		.epoch = holder,
		.endpoint = WHEN_MIN,
	};

	binding.evidence = evidence_none();
	binding.evidence.node = NODE;
	binding.evidence.start_time = ms(ready - 2000);
	binding.evidence.sandbox_ready = ms(ready);
	binding.evidence.first_received = ms(ready + 3000);
	if (finished != OPEN) {
		binding.evidence.how = BINDING_FINISHED;
		binding.evidence.last_finished = ms(finished);
		binding.evidence.ended_received = ms(finished + 2000);
	}
	return binding;
}

static struct interface_span span(int64_t first, int64_t last)
{
	return (struct interface_span){
		.node = NODE,
		.name = first == 0 ? 1 : (uint64_t)first,
		.host = HOST,
		.first = ms(first),
		.last = ms(last),
		.any_first = ms(first),
		.any_last = ms(last),
		.since = WHEN_MIN,
		.appeared = WHEN_MAX,
		.until = WHEN_MAX,
		.alone_since = WHEN_MAX,
		.alone_until = WHEN_MIN,
	};
}

/* Fits SPANS to the pods BINDINGS. */
static void fit(struct binding *bindings, size_t count, struct interface_span *spans,
		size_t span_count, const struct assumptions *assumptions)
{
	const struct interface_span *all[10];
	struct instants instants[4];

	for (size_t s = 0; s < span_count; s++)
		all[s] = &spans[s];
	assert_int_equal(asof_instants(bindings, count, assumptions, instants), 0);
	assert_int_equal(interfaces_fit(bindings, instants, count, all, span_count, assumptions),
			 0);
}

static void the_raw_instants_are_those_of_the_packets(void **state)
{
	struct binding bindings[] = {pod(1, 10000, 50000)};
	struct interface_span spans[] = {span(10200, 51500)};

	(void)state;
	spans[0].since = ms(9500);
	spans[0].until = ms(51600);
	fit(bindings, 1, spans, 1, &assumed);
	assert_int_equal(in_ms(binding_possible_from(&bindings[0], &assumed)), 9500);
	assert_int_equal(in_ms(binding_start(&bindings[0], &assumed).certain_from), 10200);
	assert_string_equal(binding_start(&bindings[0], &assumed).from, "interface");
	assert_int_equal(in_ms(binding_certain_to(&bindings[0], &assumed)), 51500);
	assert_int_equal(in_ms(binding_possible_to(&bindings[0])), 51600);
	assert_int_equal(in_ms(binding_start_reported(&bindings[0], &assumed).certain_from), 11000);
}

static void an_open_epoch_begins_earlier_and_is_not_certain_for_ever(void **state)
{
	struct binding bindings[] = {pod(1, 10000, OPEN)};
	struct instants at;
	struct interface_span spans[] = {span(10200, 51500)};

	(void)state;
	spans[0].since = ms(9500);
	spans[0].until = ms(51600);
	fit(bindings, 1, spans, 1, &assumed);
	assert_int_equal(in_ms(binding_possible_from(&bindings[0], &assumed)), 8000);
	assert_int_equal(in_ms(binding_start(&bindings[0], &assumed).certain_from), 10200);
	assert_int_equal(in_ms(binding_certain_to(&bindings[0], &assumed)), OPEN);
	assert_int_equal(asof_instants(bindings, 1, &assumed, &at), 0);
	assert_int_equal(in_ms(at.certain_to), 51100); /* its end, less the skew */
	assert_int_equal(in_ms(binding_possible_to(&bindings[0])), OPEN);
	bindings[0].evidence.sandbox_dead = true;
	bindings[0].evidence.last_running = ms(50000);
	assert_int_equal(in_ms(binding_certain_to(&bindings[0], &assumed)), 51500);
	assert_int_equal(in_ms(binding_possible_to(&bindings[0])), OPEN);
}

/* What a later report, a container started since or the horizon make of the end of an interface. */
static void the_end_of_an_interface_counts_unless_the_pod_lived_on(void **state)
{
	static const struct {
		int64_t known, running, horizon, certain_to, possible_to;
	} cases[] = {
		{70000, NONE, NONE, 51500, 51600},  /* reported late */
		{61550, NONE, NONE, 51550, 51600},  /* not later than hold */
		{70000, 52000, NONE, 60000, 72000}, /* it ran in another sandbox */
		{70000, NONE, 51600, 51500, 51600}, {70000, NONE, 51700, 60000, 72000},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct binding bindings[] = {pod(1, 10000, OPEN)};
		struct interface_span spans[] = {span(10200, 51500)};
		struct assumptions past = assumed;

		past.horizon = ms(cases[c].horizon);
		spans[0].until = ms(51600);
		bindings[0].evidence.how = BINDING_ADDRESS_GONE;
		bindings[0].evidence.last_running = ms(cases[c].running);
		bindings[0].evidence.ended_known = ms(cases[c].known);
		bindings[0].evidence.ended_received = ms(72000);
		fit(bindings, 1, spans, 1, &past);
		assert_int_equal(in_ms(binding_certain_to(&bindings[0], &past)),
				 cases[c].certain_to);
		assert_int_equal(in_ms(binding_possible_to(&bindings[0])), cases[c].possible_to);
	}
}

/* The end of the epoch is reported late, so that the next pod's interface seems to be its own. */
static void a_sandbox_has_one_interface(void **state)
{
	static const struct {
		uint64_t name;
		int64_t until, since, first, horizon;
		bool both;
	} cases[] = {
		{2, OPEN, NONE, 52000, NONE, false},  {1, OPEN, NONE, 52000, NONE, true},
		{1, 51900, NONE, 52000, NONE, false}, {1, OPEN, 51900, 52000, NONE, false},
		{1, OPEN, 51000, 52000, NONE, true},  {2, 51600, NONE, 52000, 51700, true},
		{2, OPEN, NONE, 52000, 51700, true},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct binding bindings[] = {pod(1, 10000, 50000)};
		struct interface_span spans[] = {span(cases[c].first, 80000), span(10200, 51500)};
		struct assumptions past = assumed;

		past.horizon = ms(cases[c].horizon);
		spans[1].name = 1;
		spans[1].until = ms(cases[c].until);
		spans[0].name = cases[c].name;
		spans[0].since = ms(cases[c].since);
		bindings[0].evidence.ended_known = ms(70000);
		bindings[0].evidence.ended_received = ms(72000);
		fit(bindings, 1, spans, 2, &past);
		assert_true(bindings[0].seen.there);
		assert_int_equal(in_ms(bindings[0].seen.first), 10200);
		assert_int_equal(in_ms(bindings[0].seen.last), cases[c].both ? 80000 : 51500);
	}
}

/* The pod was there at 8.0, by a clock that may be off by 0.5. */
static void an_interface_does_not_come_before_its_pod(void **state)
{
	static const struct {
		int64_t first;
		uint64_t identity;
		int64_t seen;
	} cases[] = {{7500, 0, 7500}, {7499, 0, 12000}, {7499, 5, 7499}};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct binding bindings[] = {pod(1, 10000, 50000)};
		struct interface_span spans[] = {span(cases[c].first, 11500), span(12000, 40000)};

		bindings[0].evidence.identity = cases[c].identity;
		fit(bindings, 1, spans, 2, &assumed);
		assert_true(bindings[0].seen.there);
		assert_int_equal(in_ms(bindings[0].seen.first), cases[c].seen);
	}
}

static void an_interface_is_of_the_one_epoch_that_had_the_address(void **state)
{
	static const struct {
		int64_t first, last;
		int of; /* -1: none */
	} cases[] = {
		{10500, 45000, 0},  {10500, 10900, -1}, /* it may be of who was there before */
		{50100, 59000, -1},                     /* of neither for sure */
		{59000, 61000, 1},  {10500, 61000, -1}, /* of both, so of none */
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct binding bindings[] = {pod(1, 10000, 50000), pod(2, 60000, OPEN)};
		struct interface_span spans[] = {span(cases[c].first, cases[c].last)};

		fit(bindings, 2, spans, 1, &assumed);
		assert_int_equal(bindings[0].seen.there, cases[c].of == 0);
		assert_int_equal(bindings[1].seen.there, cases[c].of == 1);
	}
}

/* The other family's packets tell whose it is, else when it appeared; but they are no time of this one's. */
static void what_it_was_before_its_packets_counts(void **state)
{
	static const int64_t cases[][4] = {
		{50400, OPEN, 50000, 1},  {12000, OPEN, 50600, 1},  {50400, 49500, 50600, 1},
		{50400, 49500, 50000, 2}, {50400, 49501, 50000, 1},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct binding bindings[] = {pod(1, 10000, 50000), pod(2, 49000, 60000)};
		struct interface_span spans[] = {span(50400, 50600)};

		spans[0].any_first = ms(cases[c][0]);
		spans[0].appeared = ms(cases[c][1]);
		fit(bindings, (size_t)cases[c][3], spans, 1, &assumed);
		assert_int_equal(in_ms(binding_certain_to(&bindings[0], &assumed)), cases[c][2]);
		assert_int_equal(in_ms(binding_start(&bindings[0], &assumed).certain_from), 11000);
	}
}

static void what_may_be_a_router_counts_for_nothing(void **state)
{
	struct binding bindings[] = {pod(1, 10000, 50000)};
	struct interface_span spans[] = {span(10500, 45000), span(20000, 30000)};

	(void)state;
	fit(bindings, 1, spans, 2, &assumed);
	assert_false(bindings[0].seen.there);
	spans[1].several = true;
	fit(bindings, 1, spans, 2, &assumed);
	assert_true(bindings[0].seen.there);
	assert_int_equal(in_ms(bindings[0].seen.last), 45000);
}

static void other_nodes_secondary_addresses_and_other_clocks_do_not_count(void **state)
{
	struct interface_span spans[] = {span(10500, 45000)};
	struct assumptions received = assumed;

	(void)state;
	received.clock = TIMELINE_ENDPOINT;
	for (int what = 0; what < 4; what++) {
		struct binding bindings[] = {pod(1, 10000, 50000)};

		bindings[0].evidence.shared = what == 1;
		bindings[0].evidence.node = what == 2 ? NODE + 1 : NODE;
		fit(bindings, 1, spans, 1, what == 3 ? &received : &assumed);
		assert_int_equal(bindings[0].seen.there, what == 0);
	}
}

static void two_epochs_of_one_pod_share_an_interface(void **state)
{
	struct binding bindings[] = {pod(1, 10000, 50000), pod(1, 60000, OPEN)};
	struct interface_span spans[] = {span(10500, 90000)};

	(void)state;
	bindings[0].evidence.ended_received = ms(63000);
	bindings[1].epoch = 2;
	fit(bindings, 2, spans, 1, &assumed);
	assert_int_equal(in_ms(binding_certain_to(&bindings[0], &assumed)), 61000);
	assert_int_equal(in_ms(binding_start(&bindings[1], &assumed).certain_from), 61000);
}

static void a_flow_on_the_same_host_is_witnessed_without_skew(void **state)
{
	struct binding bindings[] = {pod(1, 10000, 50000)};
	struct interface_span spans[] = {span(10500, 45000)};

	(void)state;
	fit(bindings, 1, spans, 1, &assumed);
	assert_true(binding_is_witnessed(&bindings[0], HOST, ms(10500), ms(45000)));
	assert_false(binding_is_witnessed(&bindings[0], HOST + 1, ms(10500), ms(45000)));
	assert_false(binding_is_witnessed(&bindings[0], HOST, ms(10499), ms(45000)));
	assert_false(binding_is_witnessed(&bindings[0], HOST, ms(10500), ms(45001)));
	assert_false(binding_is_witnessed(&bindings[0], 0, ms(10500), ms(45000)));
}

static void a_flow_on_an_interface_names_its_uid(void **state)
{
	struct binding bindings[] = {pod(1, 10000, 50000)};
	struct interface_span spans[] = {span(10500, 40000), span(40500, 45000)};

	(void)state;
	spans[1].name = spans[0].name;
	spans[0].uid = 7;
	spans[1].uid = 8;
	assert_false(binding_is_on(&bindings[0], 7, ms(20000), ms(30000)));
	fit(bindings, 1, spans, 2, &assumed);
	assert_true(binding_is_on(&bindings[0], 7, ms(20000), ms(30000)));
	assert_true(binding_is_on(&bindings[0], 8, ms(20000), ms(41000)));
	assert_false(binding_is_on(&bindings[0], 9, ms(20000), ms(41000)));
	assert_false(binding_is_on(&bindings[0], 0, ms(20000), ms(41000)));
	/* Not before its first packet; after its last one as long as it may be there. */
	assert_false(binding_is_on(&bindings[0], 8, ms(20000), ms(40499)));
	assert_true(binding_is_on(&bindings[0], 8, ms(46000), ms(47000)));
	bindings[0] = pod(1, 10000, 50000);
	spans[1].until = ms(45500);
	fit(bindings, 1, spans, 2, &assumed);
	assert_true(binding_is_on(&bindings[0], 8, ms(45000), ms(47000)));
	assert_false(binding_is_on(&bindings[0], 8, ms(45001), ms(47000)));
}

static bool is_alone(const struct interface_span *one, uint64_t host, int64_t from, int64_t to)
{
	return interface_span_is_alone(one, ms(53000), host, ms(from), ms(to), assumed.skew_ns);
}

static void an_interface_is_alone_with_skew_but_to_the_end_by_its_own_clock(void **state)
{
	struct interface_span one = span(30500, 51500);

	(void)state;
	one.alone_since = ms(30100);
	assert_true(is_alone(&one, HOST, 30600, 53000) && !is_alone(&one, HOST, 30599, 53000));
	assert_true(!is_alone(&one, HOST, 30600, 53001) && is_alone(&one, 1, 30600, 52500));
	assert_false(is_alone(&one, 0, 30600, 52501));
	one.since = ms(31500); /* it was not there yet */
	assert_true(is_alone(&one, HOST, 31500, 53000) && !is_alone(&one, HOST, 31499, 53000));
	assert_true(is_alone(&one, 1, 32000, 52500) && !is_alone(&one, 1, 31999, 52500));
}

/* A meter that is started again gives the same interface another uid. */
static void the_last_eight_interfaces_count(void **state)
{
	struct binding bindings[] = {pod(1, 10000, 50000)};
	struct interface_span spans[10];

	(void)state;
	assert_int_equal(binding_on_count(&bindings[0]), 0);
	for (int s = 0; s < 10; s++) {
		spans[s] = span(10500 + 1000 * s, 45000);
		spans[s].name = 1;
	}
	fit(bindings, 1, spans, 10, &assumed);
	assert_int_equal(binding_on_count(&bindings[0]), 8);
	for (size_t s = 0; s < 8; s++)
		assert_true(in_ms(bindings[0].seen.ons[s]->first) >= 12500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interface_is_alone_with_skew_but_to_the_end_by_its_own_clock),
		cmocka_unit_test(the_last_eight_interfaces_count),
		cmocka_unit_test(the_raw_instants_are_those_of_the_packets),
		cmocka_unit_test(an_open_epoch_begins_earlier_and_is_not_certain_for_ever),
		cmocka_unit_test(the_end_of_an_interface_counts_unless_the_pod_lived_on),
		cmocka_unit_test(a_sandbox_has_one_interface),
		cmocka_unit_test(an_interface_does_not_come_before_its_pod),
		cmocka_unit_test(an_interface_is_of_the_one_epoch_that_had_the_address),
		cmocka_unit_test(what_it_was_before_its_packets_counts),
		cmocka_unit_test(what_may_be_a_router_counts_for_nothing),
		cmocka_unit_test(other_nodes_secondary_addresses_and_other_clocks_do_not_count),
		cmocka_unit_test(two_epochs_of_one_pod_share_an_interface),
		cmocka_unit_test(a_flow_on_the_same_host_is_witnessed_without_skew),
		cmocka_unit_test(a_flow_on_an_interface_names_its_uid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
