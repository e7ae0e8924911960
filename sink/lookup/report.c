#include "sink/lookup/report.h"

#include <inttypes.h>

#include "common/program/log.h"
#include "sink/lookup/explain_text.h"

void report_init(struct report *report, const struct report_options *options)
{
	const struct table_options table = {options->history, options->labels,
					    options->annotations};

	*report = (struct report){.options = *options};
	table_init(&report->table, &table, ANSWER_TEXT_MAX);
	text_init(&report->out, ANSWER_TEXT_MAX);
}

void report_free(struct report *report)
{
	table_free(&report->table);
	text_free(&report->out);
}

static bool is_table(const struct report *report)
{
	return report->options.format == REPORT_TABLE && !report->options.explain;
}

static int check_size(const struct report *report)
{
	if (!report->out.failed && !report->table.columns.text.failed)
		return 0;
	log_error("the report takes more than %u MiB", ANSWER_TEXT_MAX >> 20);
	return -1;
}

/* ---- JSON ---- */

static void add_history(struct text *out, const char *ip, int64_t position, struct when known,
			const struct timeline_history *history)
{
	text_add_format(out, "{\"ip\":\"%s\",\"position\":%" PRId64 ",\"known\":", ip, position);
	text_add_when(out, known);
	text_add_string(out, ",\"bindings\":[");
	for (size_t b = 0; b < history->count; b++) {
		if (b > 0)
			text_add(out, ",", 1);
		timeline_binding_json(&history->bindings[b], out);
	}
	text_add_string(out, "]}\n");
}

/* ---- Asking ---- */

static int ask_history(struct report *report, struct timeline *timeline, const struct ip *ip,
		       const char *address)
{
	int64_t position = timeline_position_last(timeline).offset;
	struct when known = timeline_known_to(timeline);
	struct timeline_history history;

	if (timeline_history(timeline, ip, position, &history) < 0)
		return -1;
	if (report->options.format == REPORT_JSON) {
		add_history(&report->out, address, position, known, &history);
	} else if (history.count == 0) {
		table_add_never_held(&report->table, ip);
	} else {
		for (size_t b = 0; b < history.count; b++)
			table_add_binding(&report->table, ip, &history.bindings[b], known);
	}
	timeline_history_clear(&history);
	return 0;
}

static int explain(struct report *report, struct timeline *timeline,
		   const struct lookup_question *question, struct when now, const char *address)
{
	struct text *out = &report->out;
	struct timeline_question asked;
	struct lookup_answer placed;
	struct explain explain;

	if (lookup_place(timeline, question, now, &placed) < 0)
		return -1;
	asked = lookup_timeline_question(question, &placed);
	if (explain_answer(timeline, &asked, &explain) < 0)
		return -1;
	report->table.provisional += placed.provisional && !when_is_min(question->at);
	if (report->asked++ > 0)
		text_add(out, "\n", 1);
	explain_text_add(out, address, question, &placed, &explain);
	explain_clear(&explain);
	return 0;
}

static int ask_moment(struct report *report, struct timeline *timeline,
		      const struct lookup_question *question, struct when now, const char *address)
{
	struct lookup_answer answer;

	if (report->options.explain)
		return explain(report, timeline, question, now, address);
	if (lookup_ask(timeline, question, now, &answer) < 0)
		return -1;
	if (report->options.format == REPORT_TABLE) {
		table_add_answer(&report->table, question, when_is_min(question->at), &answer);
		return 0;
	}
	lookup_answer_json(question, &answer, &report->out);
	text_add(&report->out, "\n", 1);
	return 0;
}

/* ---- Asking a server ---- */

/* Asks QUESTION, or with NULL waits for everything. -1 after logging. */
static int ask_server(struct report *report, const struct lookup_question *question)
{
	struct text answers;
	int rc;

	text_init(&answers, ANSWER_TEXT_MAX);
	rc = question != NULL ? server_ask_add(report->options.server, question, &answers)
			      : server_ask_flush(report->options.server, &answers);
	if (rc == 0 && is_table(report)) {
		rc = table_add_rows(&report->table, text_span(&answers));
	} else if (rc == 0) {
		if (report->options.explain && question != NULL && report->asked++ > 0)
			text_add(&report->out, "\n", 1);
		text_add(&report->out, answers.data, answers.length);
	}
	text_free(&answers);
	return rc;
}

int report_flush(struct report *report)
{
	return report->options.server != NULL ? ask_server(report, NULL) : 0;
}

int report_ask(struct report *report, struct timeline *timeline,
	       const struct lookup_question *question, struct when now)
{
	char address[IP_TEXT_SIZE];
	int rc;

	ip_format(&question->ip, address);
	if (report->options.server != NULL)
		rc = ask_server(report, question);
	else
		rc = report->options.history ? ask_history(report, timeline, &question->ip, address)
					     : ask_moment(report, timeline, question, now, address);
	return rc < 0 ? -1 : check_size(report);
}

/* ---- Names ---- */

static int search_name(struct report *report, struct timeline *timeline, struct name_search *search,
		       struct when now)
{
	int rc = 0;

	if (is_table(report)) {
		while (rc == 0 && !name_search_is_over(search))
			rc = name_search_rows(search, timeline, now, &report->table);
		return rc;
	}
	name_search_head(search, &report->out);
	while (rc == 0 && !name_search_is_over(search))
		rc = name_search_json(search, timeline, now, &report->out);
	name_search_tail(&report->out);
	return rc;
}

static int ask_name(struct report *report, struct timeline *timeline,
		    const struct lookup_name *name, const struct lookup_question *question,
		    struct when now)
{
	struct name_search search;
	int rc;

	rc = name_search_begin(&search, timeline, name, question, report->options.history, now);
	if (rc == 0 && search.addresses.count == 0)
		log_error("%s %.*s: no address is known that ever had this name",
			  lookup_name_kind(name->kind), (int)name->full_name.length,
			  name->full_name.data);
	else if (rc == 0)
		rc = search_name(report, timeline, &search, now) < 0 ? -1 : 1;
	name_search_clear(&search);
	return rc;
}

static int ask_server_name(struct report *report, const struct lookup_name *name,
			   const struct lookup_question *question)
{
	struct text answer;
	int rc;

	text_init(&answer, ANSWER_TEXT_MAX);
	rc = server_ask_name(report->options.server, name, question, &answer);
	if (rc == 1 && is_table(report))
		rc = table_add_rows(&report->table, text_span(&answer)) < 0 ? -1 : 1;
	else if (rc == 1)
		text_add(&report->out, answer.data, answer.length);
	text_free(&answer);
	return rc;
}

int report_ask_name(struct report *report, struct timeline *timeline,
		    const struct lookup_name *name, const struct lookup_question *question,
		    struct when now)
{
	int rc = report->options.server != NULL ? ask_server_name(report, name, question)
						: ask_name(report, timeline, name, question, now);

	return rc < 0 || check_size(report) < 0 ? -1 : rc;
}

void report_print(struct report *report, bool end, struct text *out)
{
	text_add(out, report->out.data, report->out.length);
	if (is_table(report) && end)
		table_print(&report->table, out);
	text_clear(&report->out);
}
