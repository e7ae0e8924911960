#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/direction.h"
#include "tests/unit/sink/graph/flow.h"

enum end { BARE, MEMBER, SERVICE, OUTSIDE, UNKNOWN };

static void set_end(struct tagged_flow_end *end, enum end what, const char *name)
{
	switch (what) {
	case BARE:
		flow_pod(end, name, "n1", NULL);
		break;
	case MEMBER:
		flow_pod(end, name, "n1", "shop/web");
		break;
	case SERVICE:
		flow_service(end, "shop/web");
		break;
	case OUTSIDE:
		flow_pod(end, "", "", NULL);
		end->kind = TAGGED_FLOW_OUTSIDE;
		break;
	case UNKNOWN:
		flow_pod(end, "", "", NULL);
		flow_unknown(end, "hand_over");
		break;
	}
}

static void the_end_that_serves_is_the_server(void **state)
{
	static const struct {
		enum end source, destination;
		bool directed, turned;
	} cases[] = {
		{BARE, MEMBER, true, false},     {MEMBER, BARE, true, true},
		{MEMBER, SERVICE, true, false},  {SERVICE, MEMBER, true, true},
		{UNKNOWN, SERVICE, true, false}, {MEMBER, UNKNOWN, true, true},
		{MEMBER, MEMBER, false, false},  {BARE, BARE, false, false},
		{BARE, OUTSIDE, false, false},   {OUTSIDE, BARE, false, true},
		{UNKNOWN, OUTSIDE, false, true},
	};
	static struct tagged_flow flow;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		flow_make(&flow, 1, 1, 2, "n1", "veth1");
		set_end(&flow.source, cases[i].source, "a");
		set_end(&flow.destination, cases[i].destination, "b");
		flow.directed = false;
		flow.requests = 7;
		direction_find(&flow, false);
		assert_int_equal(flow.directed, cases[i].directed);
		assert_int_equal(flow.source.port, cases[i].turned ? 8080 : 40000);
		assert_int_equal(flow.source.bytes, cases[i].turned ? 1000 : 100);
		assert_int_equal(flow.destination.port, cases[i].turned ? 40000 : 8080);
		assert_int_equal(flow.requests, cases[i].directed && !cases[i].turned ? 7 : 0);
	}
}

static void what_is_proven_is_not_turned(void **state)
{
	static struct tagged_flow flow;

	(void)state;
	flow_make(&flow, 1, 1, 2, "n1", "veth1");
	set_end(&flow.source, SERVICE, "a");
	set_end(&flow.destination, BARE, "b");
	flow.requests = 7;
	direction_find(&flow, false);
	assert_true(flow.directed);
	assert_int_equal(flow.source.port, 40000);
	assert_int_equal(flow.requests, 7);
}

/* Whoever the tags say serves, and whoever sent the first packet that was seen. */
static void who_sends_the_requests_is_the_client(void **state)
{
	static struct tagged_flow flow;

	(void)state;
	for (int i = 0; i < 4; i++) {
		bool from_destination = i % 2;

		flow_make(&flow, 1, 1, 2, "n1", "veth1");
		set_end(&flow.source, i < 2 ? SERVICE : BARE, "a");
		set_end(&flow.destination, BARE, "b");
		flow.directed = false;
		flow.requests = 7;
		flow.messages.requests = 9;
		flow.messages.from_destination = from_destination;
		direction_find(&flow, false);
		assert_true(flow.directed);
		assert_int_equal(flow.source.port, from_destination ? 8080 : 40000);
		assert_false(flow.messages.from_destination);
		assert_int_equal(flow.messages.requests, 9);
		assert_int_equal(flow.requests, from_destination ? 0 : 7);
	}
}

/* Where it is proven who began, the server may still send the requests. */
static void requests_from_the_server_are_kept_as_such(void **state)
{
	static struct tagged_flow flow;

	(void)state;
	flow_make(&flow, 1, 1, 2, "n1", "veth1");
	flow.messages.requests = 9;
	flow.messages.from_destination = true;
	direction_find(&flow, false);
	assert_int_equal(flow.source.port, 40000);
	assert_true(flow.messages.from_destination);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_that_serves_is_the_server),
		cmocka_unit_test(what_is_proven_is_not_turned),
		cmocka_unit_test(who_sends_the_requests_is_the_client),
		cmocka_unit_test(requests_from_the_server_are_kept_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
