#include "sink/lookup/http/http_answer.h"

#include <inttypes.h>

#include "sink/lookup/report.h"

static int add_json(struct timeline *timeline, const struct http_question *question,
		    struct when now, struct text *out, bool *final)
{
	struct lookup_answer answer;

	if (lookup_ask(timeline, &question->question, now, &answer) < 0)
		return -1;
	lookup_answer_json(&question->question, &answer, out);
	text_add(out, "\n", 1);
	*final = answer.final && question->fixed;
	return out->failed ? -1 : 0;
}

static int add_annotation(struct timeline *timeline, const struct http_question *question,
			  struct when now, struct text *out)
{
	struct lookup_answer answer;

	if (lookup_ask(timeline, &question->question, now, &answer) < 0)
		return -1;
	annotation_add(out, &answer, question->with);
	text_add(out, "\n", 1);
	return out->failed ? -1 : 0;
}

/* What the command line would print. */
static int add_report(struct timeline *timeline, const struct http_question *question, bool history,
		      struct when now, struct text *out)
{
	const struct report_options options = {
		.format = question->format == HTTP_TABLE ? REPORT_TABLE : REPORT_JSON,
		.history = history,
		.explain = question->format == HTTP_EXPLAIN,
	};
	struct report report;
	int rc;

	report_init(&report, &options);
	rc = report_ask(&report, timeline, &question->question, now);
	if (rc == 0 && question->format == HTTP_TABLE)
		table_print_tabs(&report.table, out);
	else if (rc == 0)
		text_add(out, report.out.data, report.out.length);
	report_free(&report);
	return rc < 0 || out->failed ? -1 : 0;
}

int http_answer_add(struct timeline *timeline, const struct http_question *question, bool history,
		    struct when now, struct text *out, bool *final)
{
	*final = false;
	if (question->format == HTTP_JSON && !history)
		return add_json(timeline, question, now, out, final);
	if (question->format == HTTP_ANNOTATION)
		return add_annotation(timeline, question, now, out);
	return add_report(timeline, question, history, now, out);
}

const char *http_answer_cache(bool final)
{
	return final ? "public, max-age=31536000, immutable" : "no-cache";
}

void http_answer_error(struct text *out, int64_t line, const char *why)
{
	text_add_format(out, "{\"line\":%" PRId64 ",\"error\":", line);
	text_add_json_repaired(out, why, strlen(why));
	text_add_string(out, "}\n");
}

const char *http_answer_type(enum http_format format)
{
	static const char *const types[] = {
		[HTTP_JSON] = "application/json",
		[HTTP_TABLE] = "text/tab-separated-values; charset=utf-8",
		[HTTP_EXPLAIN] = "text/plain; charset=utf-8",
		[HTTP_ANNOTATION] = "text/plain; charset=utf-8",
	};

	return types[format];
}
