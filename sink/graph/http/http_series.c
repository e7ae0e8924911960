#include "sink/graph/http/http_series.h"

#include "sink/graph/formats/graph_json.h"
#include "sink/graph/http/http_answer.h"

#define WINDOW (60 * 60 * NS_PER_SECOND) /* of a series, unless the question says how long it is */

static void add_messages(const struct history_point *point, struct text *out)
{
	const struct messages_counts *counts = &point->messages;

	graph_json_add_number(out, ",\"messages\":{\"requests\":", counts->requests);
	graph_json_add_number(out, ",\"incomplete\":", counts->incomplete);
	graph_json_add_number(out, ",\"unanswered\":", counts->unanswered);
	graph_json_add_number(out, ",\"errors\":", counts->errors);
	graph_json_add_number(out, ",\"client_errors\":", counts->client_errors);
	if (point->first_p99_ns > 0) {
		graph_json_add_number(out, ",\"p50\":", point->first_p50_ns);
		graph_json_add_number(out, ",\"p95\":", point->first_p95_ns);
		graph_json_add_number(out, ",\"p99\":", point->first_p99_ns);
	}
	text_add_string(out, "}");
}

static void add_point(const struct history_point *point, struct text *out)
{
	const struct measures *measures = &point->measures;

	text_add_string(out, "{\"at\":");
	text_add_when(out, point->at);
	text_add_string(out, point->covered ? ",\"covered\":true" : ",\"covered\":false");
	graph_json_add_number(out, ",\"flows\":", measures->flows);
	graph_json_add_number(out, ",\"requests\":", measures->requests);
	graph_json_add_number(out, ",\"errors\":", measures_errors(measures));
	graph_json_add_number(out, ",\"bytes\":{\"source\":", measures->source_bytes);
	graph_json_add_number(out, ",\"destination\":", measures->destination_bytes);
	text_add_string(out, "}");
	if (measures->response.count > 0) {
		graph_json_add_number(out, ",\"p50\":", point->p50_ns);
		graph_json_add_number(out, ",\"p95\":", point->p95_ns);
		graph_json_add_number(out, ",\"p99\":", point->p99_ns);
	}
	if (point->messages.records > 0)
		add_messages(point, out);
	text_add_string(out, "}");
}

static void answer(struct graph_server *server, const struct question *question,
		   struct http_reply *reply)
{
	const struct history_filter filter = http_answer_filter(question);
	struct history_points points;

	if (history_series(server->history, question->level, &filter, question->from, question->to,
			   question->step_ns, &points) < 0) {
		http_reply_problem(reply, 500, "the history cannot be read");
		return;
	}
	http_answer_begin(server, question->from, question->to, &reply->body);
	text_add_string(&reply->body, ",\"step\":");
	text_add_i64(&reply->body, question->step_ns);
	text_add_string(&reply->body, ",\"points\":[");
	for (size_t i = 0; i < points.count; i++) {
		if (i > 0)
			text_add_string(&reply->body, ",");
		add_point(&points.points[i], &reply->body);
	}
	text_add_string(&reply->body, "]}\n");
	history_points_free(&points);
}

void http_series_answer(void *user, const struct http_call *call, struct http_reply *reply)
{
	struct question question;

	if (http_answer_question(user, call, WINDOW, &question, reply))
		answer(user, &question, reply);
}

void http_series_answer_activity(void *user, const struct http_call *call, struct http_reply *reply)
{
	struct graph_server *server = user;
	struct history_bounds bounds = history_bounds(server->history);
	struct when known = serve_known(server);
	int64_t window_ns = WINDOW;
	struct question question;

	if (when_before(bounds.first, known))
		window_ns = when_since(known, bounds.first);
	if (http_answer_question(user, call, window_ns, &question, reply))
		answer(user, &question, reply);
}
