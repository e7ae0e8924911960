#include "sink/graph/http/http_events.h"

#include <stdlib.h>

#include "sink/graph/serve.h"

#define RETRY_MS 2000 /* a client waits as long before it connects again */

struct events {
	const struct graph_server *server;
	struct when shown; /* the watermark of the last event */
	struct when sent;  /* when something was sent */
};

static void add_event(struct events *events, struct when watermark, struct text *out)
{
	text_add_string(out, "event: graph\ndata: {\"watermark\":");
	text_add_when(out, watermark);
	text_add_string(out, "}\n\n");
	events->shown = watermark;
	events->sent = events->server->now;
}

static enum http_stream_status next(void *stream, struct text *out)
{
	struct events *events = stream;
	struct when watermark = serve_watermark(events->server), now = events->server->now;

	if (when_before(events->shown, watermark)) {
		add_event(events, watermark, out);
	} else if (when_since(now, events->sent) >= HTTP_EVENTS_QUIET_NS) {
		text_add_string(out, ":\n\n");
		events->sent = now;
	}
	return HTTP_STREAM_WAIT;
}

void http_events_answer(void *user, const struct http_call *call, struct http_reply *reply)
{
	struct events *events = malloc(sizeof(*events));

	(void)call;
	if (events == NULL) {
		http_reply_problem(reply, 503, "out of memory");
		return;
	}
	events->server = user;
	reply->content_type = "text/event-stream";
	text_add_format(&reply->body, "retry: %d\n", RETRY_MS);
	add_event(events, serve_watermark(events->server), &reply->body);
	reply->next = next;
	reply->end = free;
	reply->stream = events;
}
