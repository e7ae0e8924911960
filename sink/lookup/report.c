#include "sink/lookup/report.h"

#include <inttypes.h>

#include "common/program/log.h"
#include "sink/lookup/explain_text.h"
#include "sink/lookup/holder_text.h"

#define COLUMNS 7

/* A history is without "AT". */
static const char *const headings[COLUMNS] = {"ADDRESS",  "AT",    "HELD BY", "NODE",
					      "SERVICES", "SINCE", "UNTIL"};

void report_init(struct report *report, const struct report_options *options)
{
	*report = (struct report){.options = *options};
	columns_init(&report->table, options->history ? COLUMNS - 1 : COLUMNS, 0, ANSWER_TEXT_MAX);
	text_init(&report->out, ANSWER_TEXT_MAX);
	for (size_t i = 0; i < COLUMNS; i++) {
		if (i != 1 || !options->history)
			columns_add(&report->table, headings[i]);
	}
}

void report_free(struct report *report)
{
	columns_free(&report->table);
	text_free(&report->out);
}

/* ---- The table ---- */

static void add_name_or_dash(struct columns *table, struct span name)
{
	if (name.length > 0)
		holder_text_name(&table->text, name);
	else
		text_add(&table->text, "-", 1);
	columns_end(table);
}

/* Adds WORD, if any, and the moment; "-" if there is none. */
static void add_when(struct columns *table, const char *word, struct when moment)
{
	char text[WHEN_TEXT_SIZE];

	if (when_is_min(moment)) {
		columns_add(table, "-");
		return;
	}
	when_format(moment, text);
	text_add_string(&table->text, word);
	columns_add(table, text);
}

/* Adds NAME to a cell that began at BEFORE. */
static void add_service(struct text *out, size_t before, struct span name)
{
	if (out->length > before)
		text_add(out, ",", 1);
	holder_text_name(out, name);
}

/* The cells SERVICES (already in the text since BEFORE), SINCE and UNTIL. */
static void end_row(struct columns *table, const struct named_holder *holder, size_t before,
		    struct when known)
{
	struct when start = holder != NULL ? holder->start : WHEN_MIN;
	struct when end = holder != NULL ? holder->end : WHEN_MIN;
	bool still = when_is_min(end) && !when_is_min(start);

	if (table->text.length == before)
		text_add(&table->text, "-", 1);
	columns_end(table);
	add_when(table, "", start);
	if (still)
		end = when_whole_second(known);
	add_when(table, still ? "still at " : "", end);
}

/* An answer about NOW shows its moment, which is how far is known, as "still" does. */
static void add_row(struct columns *table, const char *ip, bool now,
		    const struct lookup_answer *asked)
{
	const struct timeline_answer *answer = &asked->answer;
	struct text *out = &table->text;
	size_t before;

	columns_add(table, ip);
	add_when(table, "", now ? when_whole_second(asked->at) : asked->at);
	holder_text_answer(out, answer);
	holder_text_as_of(out, asked);
	columns_end(table);
	add_name_or_dash(table, answer->holder != NULL ? answer->holder->node : span_of(""));
	before = out->length;
	for (size_t s = 0; s < answer->services.count; s++)
		add_service(out, before, answer->services.list[s].name);
	end_row(table, answer->holder, before, asked->known);
}

static void add_binding_row(struct columns *table, const char *ip,
			    const struct timeline_binding *binding, struct when known)
{
	struct span last = span_of("");
	size_t before;

	columns_add(table, ip);
	holder_text_add(&table->text, binding->holder);
	columns_end(table);
	add_name_or_dash(table, binding->holder->node);
	before = table->text.length;
	if (binding->holder->kind == HOLDER_SERVICE)
		add_service(&table->text, before, binding->holder->full_name);
	/* A service may have listed it several times, one after the other. */
	for (size_t m = 0; m < binding->membership_count; m++) {
		struct span service = binding->memberships[m].service;

		if (!span_equal(service, last))
			add_service(&table->text, before, service);
		last = service;
	}
	end_row(table, binding->holder, before, known);
}

static void add_history_rows(struct columns *table, const char *ip,
			     const struct timeline_history *history, struct when known)
{
	const char *const nobody[COLUMNS - 1] = {ip, "nobody, ever", "-", "-", "-", "-"};

	for (size_t i = 0; i < COLUMNS - 1 && history->count == 0; i++)
		columns_add(table, nobody[i]);
	for (size_t b = 0; b < history->count; b++)
		add_binding_row(table, ip, &history->bindings[b], known);
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
	if (report->options.format == REPORT_JSON)
		add_history(&report->out, address, position, known, &history);
	else
		add_history_rows(&report->table, address, &history, known);
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
	report->provisional += placed.provisional && !when_is_min(question->at);
	if (report->asked++ > 0)
		text_add(out, "\n", 1);
	explain_text_add(out, address, question, &placed, &explain);
	explain_clear(&explain);
	return 0;
}

static int ask_moment(struct report *report, struct timeline *timeline,
		      const struct lookup_question *question, struct when now, const char *address)
{
	bool now_only = when_is_min(question->at);
	struct lookup_answer answer;

	if (report->options.explain)
		return explain(report, timeline, question, now, address);
	if (lookup_ask(timeline, question, now, &answer) < 0)
		return -1;
	report->provisional += answer.provisional && !now_only;
	if (report->options.format == REPORT_TABLE) {
		add_row(&report->table, address, now_only, &answer);
		return 0;
	}
	lookup_answer_json(question, &answer, &report->out);
	text_add(&report->out, "\n", 1);
	return 0;
}

/* ---- Asking a server ---- */

/* Adds the rows of a table, whose cells have tabs between them. -1 after logging. */
static int add_rows(struct columns *table, const struct text *rows)
{
	const char *at = rows->data, *end = at + rows->length;

	while (at < end && *at != '{') {
		size_t left = (size_t)(end - at), length = 0;

		while (length < left && at[length] != '\t' && at[length] != '\n')
			length++;
		text_add(&table->text, at, length);
		columns_end(table);
		at += length + (length < left);
	}
	if (at == end && table->count % table->columns == 0)
		return 0;
	log_error("the server's answer is not a table: %.*s",
		  (int)(end - at > 200 ? 200 : end - at), at);
	return -1;
}

/* Asks QUESTION, or with NULL waits for everything. -1 after logging. */
static int ask_server(struct report *report, const struct lookup_question *question)
{
	bool table = report->options.format == REPORT_TABLE && !report->options.explain;
	struct text answers;
	int rc;

	text_init(&answers, ANSWER_TEXT_MAX);
	rc = question != NULL ? server_ask_add(report->options.server, question, &answers)
			      : server_ask_flush(report->options.server, &answers);
	if (rc == 0 && table) {
		rc = add_rows(&report->table, &answers);
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
	if (rc == 0 && (report->out.failed || report->table.text.failed)) {
		log_error("%s: the report takes more than %u MiB", address, ANSWER_TEXT_MAX >> 20);
		rc = -1;
	}
	return rc;
}

void report_print(struct report *report, bool end, struct text *out)
{
	bool table = report->options.format == REPORT_TABLE && !report->options.explain;

	text_add(out, report->out.data, report->out.length);
	if (table && end)
		columns_print(&report->table, out);
	text_clear(&report->out);
}
