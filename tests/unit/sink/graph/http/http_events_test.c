#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sink/graph/http/http_events.h"
#include "sink/graph/serve.h"

static struct when watermark;

struct when serve_watermark(const struct graph_server *server)
{
	(void)server;
	return watermark;
}

static void adds(struct http_reply *reply, const char *expected)
{
	struct text out;

	text_init(&out, 1000);
	assert_int_equal(reply->next(reply->stream, &out), HTTP_STREAM_WAIT);
	assert_string_equal(text_terminate(&out), expected);
	text_free(&out);
}

static void an_event_comes_when_the_watermark_has_moved(void **state)
{
	struct graph_server server = {.now = {100 * NS_PER_SECOND}};
	struct http_reply reply;

	(void)state;
	watermark = WHEN_MIN;
	http_reply_init(&reply, 1000);
	http_events_answer(&server, NULL, &reply);
	assert_string_equal(reply.content_type, "text/event-stream");
	assert_string_equal(text_terminate(&reply.body),
			    "retry: 2000\nevent: graph\ndata: {\"watermark\":null}\n\n");
	adds(&reply, "");
	watermark = (struct when){NS_PER_SECOND};
	adds(&reply, "event: graph\ndata: {\"watermark\":\"1970-01-01T00:00:01Z\"}\n\n");
	adds(&reply, "");
	http_reply_clear(&reply);
}

static void silence_is_broken_by_a_comment(void **state)
{
	struct graph_server server = {.now = {100 * NS_PER_SECOND}};
	struct http_reply reply;

	(void)state;
	watermark = WHEN_MIN;
	http_reply_init(&reply, 1000);
	http_events_answer(&server, NULL, &reply);
	server.now = (struct when){114 * NS_PER_SECOND};
	adds(&reply, "");
	server.now = (struct when){115 * NS_PER_SECOND};
	adds(&reply, ":\n\n");
	adds(&reply, "");
	server.now = (struct when){130 * NS_PER_SECOND};
	adds(&reply, ":\n\n");
	http_reply_clear(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_comes_when_the_watermark_has_moved),
		cmocka_unit_test(silence_is_broken_by_a_comment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
