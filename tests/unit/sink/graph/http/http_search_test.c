#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sink/graph/http/http_search.h"
#include "tests/unit/sink/graph/http/fake_history.h"

#define HEAD                                                                                       \
	"{\"as_of\":\"2026-11-24T07:49:29Z\",\"watermark\":\"2026-11-24T07:49:29Z\",\"complete\":" \
	"true,"

static void names_are_escaped(void **state)
{
	struct history history = {.covered = true};
	struct graph_server server = fake_server(&history);

	(void)state;
	fake_expect(&server, http_search_answer, "/v1/search?q=Cart&limit=7", 200,
		    HEAD "\"results\":[{\"type\":\"service\",\"id\":\"service/shop/\\\"cart\\\"\","
			 "\"label\":\"shop/\\\"cart\\\"\"}]}\n");
	assert_string_equal(history.text, "Cart");
	assert_int_equal(history.limit, 7);
}

static void a_search_needs_a_text(void **state)
{
	struct history history = {.covered = true};
	struct graph_server server = fake_server(&history);

	(void)state;
	fake_expect(&server, http_search_answer, "/v1/search?limit=7", 400,
		    "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
		    "\"detail\":\"q: what to search for is missing\"}\n");
	fake_expect(&server, http_search_answer, "/v1/search?q=", 400,
		    "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
		    "\"detail\":\"q: what to search for is missing\"}\n");
}

static void an_address_has_its_holders(void **state)
{
	struct history history = {.covered = true};
	struct graph_server server = fake_server(&history);

	(void)state;
	fake_expect(
		&server, http_search_answer_address, "/v1/address/10.0.0.1", 200,
		HEAD
		"\"ip\":\"10.0.0.1\",\"tenures\":[{\"holder\":\"shop/cart-1 "
		"(pod)\",\"kind\":\"pod\","
		"\"services\":[\"shop/cart\",\"shop/web\"],\"from\":\"1970-01-01T00:00:00Z\","
		"\"to\":\"1970-01-01T00:00:01Z\",\"first_seen\":\"1970-01-01T00:00:00.000000001Z\","
		"\"last_seen\":\"1970-01-01T00:00:00.000000002Z\"},"
		"{\"holder\":\"node/"
		"n1\",\"kind\":\"node\",\"services\":[],\"from\":null,\"to\":null,"
		"\"first_seen\":\"1970-01-01T00:00:00.000000003Z\","
		"\"last_seen\":\"1970-01-01T00:00:00.000000004Z\"}]}\n");
	assert_string_equal(history.text, "10.0.0.1");
	fake_expect(&server, http_search_answer_address, "/v1/address/10.0.0", 400,
		    "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
		    "\"detail\":\"\\\"10.0.0\\\" is not an IP address\"}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_escaped),
		cmocka_unit_test(a_search_needs_a_text),
		cmocka_unit_test(an_address_has_its_holders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
