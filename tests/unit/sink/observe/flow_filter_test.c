#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/program/log.h"
#include "sink/observe/flow_filter.h"

static struct flow_filter filter;
static struct tagged_flow flow;

static void name(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text);
}

static void make_end(struct tagged_flow_end *end, const char *ip, int32_t port, const char *pod,
		     const char *service)
{
	memset(end, 0, sizeof(*end));
	assert_int_equal(ip_parse(ip, strlen(ip), &end->ip), 0);
	end->port = port;
	end->kind = TAGGED_FLOW_POD;
	name(end->namespace, sizeof(end->namespace), "shop");
	name(end->pod, sizeof(end->pod), pod);
	name(end->node, sizeof(end->node), "n1");
	name(end->workload, sizeof(end->workload), "cart");
	name(end->services[0], sizeof(end->services[0]), service);
	end->service_count = 1;
}

/* From shop/web-1 (10.0.0.1:40000) to shop/cart-1 (10.0.0.2:8080), at 5 s. */
static int set_up(void **state)
{
	(void)state;
	memset(&filter, 0, sizeof(filter));
	filter.since = WHEN_MIN;
	filter.until = WHEN_MAX;
	flow.end.ns = 5 * NS_PER_SECOND;
	make_end(&flow.source, "10.0.0.1", 40000, "web-1", "shop/web");
	make_end(&flow.destination, "10.0.0.2", 8080, "cart-1", "shop/cart");
	return 0;
}

static void add(struct settings_list *list, const char *value)
{
	list->values[list->count++] = value;
}

static bool shows(void)
{
	assert_int_equal(flow_filter_check(&filter), 0);
	return flow_filter_shows(&filter, &flow);
}

/* Whether LIST with only VALUE shows the flow. */
static bool shows_with(struct settings_list *list, const char *value)
{
	bool shown;

	list->count = 0;
	add(list, value);
	shown = shows();
	list->count = 0;
	return shown;
}

static void nothing_is_left_out_without_a_filter(void **state)
{
	(void)state;
	assert_true(flow_filter_is_empty(&filter));
	assert_true(shows());
}

static void each_filter_is_about_either_end_the_source_or_the_destination(void **state)
{
	struct end_filter *either = &filter.either, *source = &filter.source,
			  *destination = &filter.destination;

	(void)state;
	assert_true(shows_with(&either->pods, "cart-1"));
	assert_true(shows_with(&either->pods, "web-1"));
	assert_false(shows_with(&either->pods, "cart"));
	assert_false(shows_with(&source->pods, "cart-1"));
	assert_true(shows_with(&destination->pods, "cart-1"));
	assert_true(shows_with(&either->namespaces, "shop"));
	assert_false(shows_with(&either->namespaces, "sho"));
	assert_true(shows_with(&source->services, "web"));
	assert_false(shows_with(&destination->services, "web"));
	assert_true(shows_with(&either->nodes, "n1"));
	assert_true(shows_with(&either->workloads, "shop/cart"));
	assert_true(shows_with(&either->kinds, "pod"));
	assert_false(shows_with(&either->kinds, "node"));
	assert_true(shows_with(&either->statuses, "known"));
	assert_false(shows_with(&either->statuses, "unknown"));
	assert_true(shows_with(&source->ports, "40000"));
	assert_false(shows_with(&destination->ports, "40000"));
	assert_true(shows_with(&source->ips, "10.0.0.1"));
	assert_true(shows_with(&either->ips, "10.0.0.0/8"));
	assert_false(shows_with(&either->ips, "fd00::/8"));
}

static void a_name_may_be_a_pattern_and_have_a_namespace(void **state)
{
	(void)state;
	assert_true(shows_with(&filter.either.pods, "cart-*"));
	assert_true(shows_with(&filter.either.pods, "shop/cart-?"));
	assert_false(shows_with(&filter.either.pods, "other/cart-1"));
	assert_true(shows_with(&filter.either.services, "s*/cart"));
	assert_false(shows_with(&filter.either.services, "other/*"));
}

static void one_of_the_values_is_enough_and_all_filters_of_an_end_must_match_it(void **state)
{
	(void)state;
	add(&filter.either.pods, "nobody");
	add(&filter.either.pods, "cart-1");
	assert_true(shows());
	add(&filter.either.ports, "40000");
	assert_false(shows());
	add(&filter.either.ports, "8080");
	assert_true(shows());
	add(&filter.source.pods, "web-*");
	assert_true(shows());
	add(&filter.destination.pods, "web-*");
	assert_false(shows());
}

static void what_is_not_known_matches_no_name_but_its_reason(void **state)
{
	struct tagged_flow_end *end = &flow.destination;

	(void)state;
	memset(end, 0, sizeof(*end));
	end->status = TAGGED_FLOW_UNKNOWN;
	name(end->reason, sizeof(end->reason), "gap");
	assert_false(shows_with(&filter.destination.namespaces, "*"));
	assert_false(shows_with(&filter.destination.pods, "*"));
	assert_false(shows_with(&filter.destination.services, "*"));
	assert_true(shows_with(&filter.either.reasons, "gap"));
	assert_true(shows_with(&filter.destination.statuses, "unknown"));
	assert_false(shows_with(&filter.source.reasons, "*"));
}

static void not_inverts_the_filters_but_not_the_times(void **state)
{
	(void)state;
	filter.inverted = true;
	assert_false(shows_with(&filter.either.pods, "cart-1"));
	assert_true(shows_with(&filter.either.pods, "nobody"));
	filter.since.ns = 6 * NS_PER_SECOND;
	assert_false(shows_with(&filter.either.pods, "nobody"));
	assert_int_equal(flow_filter_check(&filter), -1);
}

static void since_is_inclusive_and_until_is_not(void **state)
{
	(void)state;
	filter.since.ns = 5 * NS_PER_SECOND;
	assert_true(shows());
	filter.until.ns = 5 * NS_PER_SECOND;
	assert_int_equal(flow_filter_check(&filter), -1);
	filter.since = WHEN_MIN;
	assert_false(shows());
	filter.until.ns++;
	assert_true(shows());
}

static void refuses_values_that_cannot_be(void **state)
{
	const struct {
		struct settings_list *list;
		const char *value;
	} cases[] = {
		{&filter.either.ips, "10.0.0"},  {&filter.source.ips, "10.0.0.0/33"},
		{&filter.either.ports, "65536"}, {&filter.either.ports, "http"},
		{&filter.destination.ports, ""}, {&filter.either.kinds, "host"},
		{&filter.either.kinds, ""},      {&filter.either.statuses, "Known"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		add(cases[i].list, cases[i].value);
		assert_int_equal(flow_filter_check(&filter), -1);
		cases[i].list->count = 0;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_is_left_out_without_a_filter, set_up),
		cmocka_unit_test_setup(
			each_filter_is_about_either_end_the_source_or_the_destination, set_up),
		cmocka_unit_test_setup(a_name_may_be_a_pattern_and_have_a_namespace, set_up),
		cmocka_unit_test_setup(
			one_of_the_values_is_enough_and_all_filters_of_an_end_must_match_it,
			set_up),
		cmocka_unit_test_setup(what_is_not_known_matches_no_name_but_its_reason, set_up),
		cmocka_unit_test_setup(not_inverts_the_filters_but_not_the_times, set_up),
		cmocka_unit_test_setup(since_is_inclusive_and_until_is_not, set_up),
		cmocka_unit_test_setup(refuses_values_that_cannot_be, set_up),
	};

	log_init("flow_filter_test", LOG_LEVEL_ERROR, LOG_TEXT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
