#include "sink/graph/http/http_compare.h"

#include "sink/graph/compare.h"
#include "sink/graph/compare_spans.h"
#include "sink/graph/formats/compare_csv.h"
#include "sink/graph/formats/compare_json.h"
#include "sink/graph/formats/compare_table.h"
#include "sink/graph/http/http_window.h"

#define WINDOW (5 * 60 * NS_PER_SECOND) /* unless the question says how long it is */

/* Finds the format that QUESTION asks for. False with a problem in REPLY. */
static bool find_format(const struct question *question, const char **format,
			struct http_reply *reply)
{
	static const char *const names[] = {"json", "csv", "table"};

	*format = names[0];
	if (question->format.data == NULL)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		*format = names[i];
		if (span_equal(question->format, span_of(names[i])))
			return true;
	}
	http_reply_problem(reply, 400, "format: what has changed is json, csv or table");
	return false;
}

static void add_comparison(const struct graph_server *server, const struct question *question,
			   const struct comparison *comparison, const char *format,
			   struct http_reply *reply)
{
	if (format[0] == 'c') {
		reply->content_type = "text/csv; charset=utf-8";
		compare_csv_format(comparison, &reply->body);
	} else if (format[0] == 't') {
		reply->content_type = "text/plain; charset=utf-8";
		compare_table_format(comparison, &reply->body);
	} else {
		http_answer_begin(server, question->from, question->to, &reply->body);
		text_add_string(&reply->body, ",");
		compare_json_add(comparison, &reply->body);
		text_add_string(&reply->body, "}\n");
	}
}

/* The two windows that QUESTION asks for. False if nothing is left of the base, which is empty then. */
static bool find_spans(const struct question *question, struct compare_spans *spans)
{
	*spans = (struct compare_spans){question->from, question->to, question->base_from,
					question->base_to};
	if (compare_spans_round(spans) == 0)
		return true;
	spans->base_from = spans->base_to = spans->from;
	return false;
}

/* Whether what the window from FROM to TO does not show was not there. */
static bool shows_all(const struct graph_server *server, struct when from, struct when to)
{
	return when_not_after(serve_unsure_until(server), from) &&
	       http_answer_complete(server, from, to);
}

void http_compare_answer(void *user, const struct http_call *call, struct http_reply *reply)
{
	struct graph_server *server = user;
	struct http_window before = {0}, after = {0};
	struct comparison comparison;
	struct compare_spans spans;
	struct question question;
	const char *format;
	bool there;

	if (!http_answer_question(server, call, WINDOW, &question, reply) ||
	    !find_format(&question, &format, reply))
		return;
	there = find_spans(&question, &spans);
	if (!http_window_fill(server, &question, spans.base_from, spans.base_to, &before, reply) ||
	    !http_window_fill(server, &question, spans.from, spans.to, &after, reply))
		goto out;
	if (compare_make(&comparison,
			 (struct compare_window){
				 &before.snapshot,
				 there && shows_all(server, spans.base_from, spans.base_to)},
			 (struct compare_window){&after.snapshot, shows_all(server, question.from,
									    question.to)}) < 0) {
		http_reply_problem(reply, 503, "out of memory");
		goto out;
	}
	add_comparison(server, &question, &comparison, format, reply);
	compare_free(&comparison);
out:
	http_window_clear(&before);
	http_window_clear(&after);
}
