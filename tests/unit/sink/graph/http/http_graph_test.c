#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/http/http_answer.h"
#include "sink/graph/http/http_graph.h"
#include "tests/unit/sink/graph/http/fake_history.h"

#define HEAD                                                                                       \
	"{\"as_of\":\"2026-11-24T07:49:29Z\",\"watermark\":\"2026-11-24T07:49:29Z\",\"complete\":" \
	"true,"

static bool has(struct http_reply *reply, const char *words)
{
	return strstr(text_terminate(&reply->body), words) != NULL;
}

static void a_graph_says_when_it_is_of(void **state)
{
	struct history history = {.covered = true, .edges = 2};
	struct graph_server server = fake_server(&history);
	struct http_reply reply;

	(void)state;
	fake_ask(&server, http_graph_answer, "/v1/graph?level=workload&namespace=shop&least=2",
		 &reply);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.content_type, "application/json");
	/* The window is rounded, but does not end after what is known. */
	assert_true(has(&reply, HEAD "\"hidden\":1,\"window\":{\"from\":\"2026-11-24T07:44:00Z\","
				     "\"to\":\"2026-11-24T07:49:29.000000001Z\","));
	assert_true(has(&reply, "\"id\":\"service/shop/s00001\""));
	assert_true(has(&reply, "\"further\":{\"flows\":1,"));
	assert_true(has(&reply, "\"records\":{\"read\":7,"));
	assert_int_equal(history.level, NODE_LEVEL_WORKLOAD);
	assert_string_equal(history.namespace, "shop");
	http_reply_clear(&reply);
}

/* It is the rounded window that is shown. */
static void a_window_is_complete_if_all_that_is_shown_was_covered(void **state)
{
	struct history history = {.covered = true, .edges = 2};
	struct graph_server server = fake_server(&history);
	struct http_reply reply;

	(void)state;
	/* The window begins at 07:44:29, and what is shown at 07:44:00. */
	history.covered_from = when_add(FAKE_NOW, -310 * NS_PER_SECOND);
	fake_ask(&server, http_graph_answer, "/v1/graph?window=5m", &reply);
	assert_true(has(&reply, "\"complete\":false"));
	http_reply_clear(&reply);
	history.covered_from = when_add(FAKE_NOW, -329 * NS_PER_SECOND);
	fake_ask(&server, http_graph_answer, "/v1/graph?window=5m", &reply);
	assert_true(has(&reply, "\"complete\":true"));
	http_reply_clear(&reply);
}

static void a_graph_has_other_forms(void **state)
{
	struct history history = {.covered = true, .edges = 2};
	struct graph_server server = fake_server(&history);
	struct http_reply reply;

	(void)state;
	fake_ask(&server, http_graph_answer, "/v1/graph?format=dot", &reply);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.content_type, "text/vnd.graphviz; charset=utf-8");
	assert_true(has(&reply, "digraph"));
	http_reply_clear(&reply);
	fake_ask(&server, http_graph_answer, "/v1/graph?format=svg", &reply);
	assert_int_equal(reply.status, 400);
	assert_true(has(&reply, "format: \\\"svg\\\" is not json, "));
	http_reply_clear(&reply);
}

static void the_edges_of_an_answer_are_bounded(void **state)
{
	struct history history = {.covered = true, .edges = HTTP_ANSWER_EDGES_MAX + 5};
	struct graph_server server = fake_server(&history);
	struct http_reply reply;

	(void)state;
	fake_ask(&server, http_graph_answer, "/v1/graph", &reply);
	/* Of 1, 2, 3, 4 and 5 flows. */
	assert_true(has(&reply, "\"hidden\":5,"));
	assert_true(has(&reply, "\"further\":{\"flows\":15,"));
	http_reply_clear(&reply);
	/* Edges of equal flows are not left out together: the answer has as many as it may. */
	history.equal = true;
	fake_ask(&server, http_graph_answer, "/v1/graph", &reply);
	assert_true(has(&reply, "\"hidden\":5,"));
	assert_true(has(&reply, "\"further\":{\"flows\":35,"));
	http_reply_clear(&reply);
}

static void an_edge_has_its_ports(void **state)
{
	struct history history = {.covered = true, .edges = 3};
	struct graph_server server = fake_server(&history);
	struct http_reply reply;

	(void)state;
	fake_ask(&server, http_graph_answer_edge, "/v1/edge?source=a&target=b&window=1m", &reply);
	assert_int_equal(reply.status, 200);
	assert_true(has(&reply, HEAD "\"edge\":{\"flows\":6,"));
	assert_true(has(&reply, "\"ports\":[{\"transport\":\"tcp\",\"port\":80,\"flows\":1,"));
	assert_true(has(&reply, "{\"transport\":\"99\",\"port\":80,\"flows\":2,"));
	assert_true(has(&reply, "{\"transport\":null,\"port\":null,\"flows\":3,"));
	assert_string_equal(history.client, "a");
	assert_string_equal(history.server, "b");
	http_reply_clear(&reply);
	fake_ask(&server, http_graph_answer_edge, "/v1/edge?source=a", &reply);
	assert_int_equal(reply.status, 400);
	http_reply_clear(&reply);
}

static void a_history_that_cannot_be_read_is_500(void **state)
{
	struct history history = {.broken = true};
	struct graph_server server = fake_server(&history);
	struct http_reply reply;

	(void)state;
	fake_ask(&server, http_graph_answer, "/v1/graph", &reply);
	assert_int_equal(reply.status, 500);
	http_reply_clear(&reply);
	fake_ask(&server, http_graph_answer_edge, "/v1/edge?source=a&target=b", &reply);
	assert_int_equal(reply.status, 500);
	http_reply_clear(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_graph_says_when_it_is_of),
		cmocka_unit_test(a_window_is_complete_if_all_that_is_shown_was_covered),
		cmocka_unit_test(a_graph_has_other_forms),
		cmocka_unit_test(the_edges_of_an_answer_are_bounded),
		cmocka_unit_test(an_edge_has_its_ports),
		cmocka_unit_test(a_history_that_cannot_be_read_is_500),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
