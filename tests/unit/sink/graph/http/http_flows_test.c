#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sink/graph/http/http_flows.h"
#include "tests/unit/sink/graph/http/fake_history.h"

#define BEGIN                                                                                      \
	"{\"as_of\":\"2026-11-24T07:49:29Z\",\"watermark\":\"2026-11-24T07:49:29Z\",\"complete\":" \
	"true,\"window\":{\"from\":\"2026-11-24T07:44:00Z\",\"to\":\"2026-11-24T07:50:00Z\"},"

static void a_flow_is_its_record(void **state)
{
	struct history history = {.covered = true};
	struct graph_server server = fake_server(&history);

	(void)state;
	fake_expect(&server, http_flows_answer,
		    "/v1/flows?source=service/shop/a&target=service/shop/b&level=workload&limit=7",
		    200,
		    BEGIN "\"flows\":[{\"partition\":1,\"offset\":9,\"record\":{\"a\":1}},"
			  "{\"partition\":0,\"offset\":8,\"record\":{\"a\":2}}]}\n");
	assert_string_equal(history.client, "service/shop/a");
	assert_string_equal(history.server, "service/shop/b");
	assert_int_equal(history.level, NODE_LEVEL_WORKLOAD);
	assert_int_equal(history.limit, 7);
}

static void a_broken_history_is_an_error(void **state)
{
	struct history history = {.broken = true};
	struct graph_server server = fake_server(&history);

	(void)state;
	fake_expect(&server, http_flows_answer, "/v1/flows", 500,
		    "{\"type\":\"about:blank\",\"title\":\"Internal Server Error\",\"status\":500,"
		    "\"detail\":\"the history cannot be read\"}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_is_its_record),
		cmocka_unit_test(a_broken_history_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
