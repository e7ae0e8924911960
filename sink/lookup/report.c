#include "sink/lookup/report.h"

#include "common/program/log.h"
#include "sink/lookup/explain_text.h"
#include "sink/lookup/holder_text.h"

#define COLUMNS 6

static const char *const at_heading[COLUMNS] = {"ADDRESS",  "HELD BY", "NODE",
						"SERVICES", "SINCE",   "UNTIL"};

void report_init(struct report *report, const struct report_question *question,
		 enum report_format format)
{
	*report = (struct report){.question = *question, .format = format};
	columns_init(&report->table, COLUMNS, 0, ANSWER_TEXT_MAX);
	text_init(&report->out, ANSWER_TEXT_MAX);
	for (size_t i = 0; i < COLUMNS; i++)
		columns_add(&report->table, at_heading[i]);
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

static void add_when(struct columns *table, struct when moment, const char *without)
{
	char text[WHEN_TEXT_SIZE];

	if (when_is_min(moment) || when_is_max(moment)) {
		columns_add(table, without);
		return;
	}
	when_format(moment, text);
	columns_add(table, text);
}

/* Adds NAME to a cell that began at BEFORE. */
static void add_service(struct text *out, size_t before, struct span name)
{
	if (out->length > before)
		text_add(out, ",", 1);
	holder_text_name(out, name);
}

/* The cells NODE, SERVICES (already in the text since BEFORE), SINCE and UNTIL. */
static void end_row(struct columns *table, const struct named_holder *holder, size_t before)
{
	bool started = holder != NULL && !when_is_min(holder->start);

	if (table->text.length == before)
		text_add(&table->text, "-", 1);
	columns_end(table);
	add_when(table, started ? holder->start : WHEN_MIN, "-");
	add_when(table, holder != NULL ? holder->end : WHEN_MIN, started ? "still" : "-");
}

static void add_row(struct columns *table, const char *ip, const struct timeline_answer *answer)
{
	struct text *out = &table->text;
	size_t before;

	columns_add(table, ip);
	holder_text_answer(out, answer);
	columns_end(table);
	add_name_or_dash(table, answer->holder != NULL ? answer->holder->node : span_of(""));
	before = out->length;
	for (size_t s = 0; s < answer->services.count; s++)
		add_service(out, before, answer->services.list[s].name);
	end_row(table, answer->holder, before);
}

static void add_binding_row(struct columns *table, const char *ip,
			    const struct timeline_binding *binding)
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
	end_row(table, binding->holder, before);
}

static void add_history_rows(struct columns *table, const char *ip,
			     const struct timeline_history *history)
{
	const char *const nobody[COLUMNS] = {ip, "nobody, ever", "-", "-", "-", "-"};

	for (size_t i = 0; i < COLUMNS && history->count == 0; i++)
		columns_add(table, nobody[i]);
	for (size_t b = 0; b < history->count; b++)
		add_binding_row(table, ip, &history->bindings[b]);
}

/* ---- JSON ---- */

static void add_question(struct report *report, const char *ip)
{
	const struct report_question *question = &report->question;
	struct text *out = &report->out;

	text_add_format(out, "{\"ip\":\"%s\",", ip);
	if (!question->history) {
		text_add_string(out, "\"at\":");
		text_add_when(out, question->at);
		text_add_string(out, ",");
	}
	text_add_string(out, "\"position\":");
	text_add_i64(out, question->position);
	if (question->provisional) {
		text_add_string(out, ",\"provisional\":true,\"known\":");
		text_add_when(out, question->known);
	}
}

/* The members of the question, then those of the answer. */
static void add_line(struct report *report, const char *ip, const struct timeline_answer *answer)
{
	struct text json;

	text_init(&json, ANSWER_TEXT_MAX);
	timeline_answer_json(answer, &json);
	add_question(report, ip);
	if (answer->status == TIMELINE_KNOWN)
		text_add_string(&report->out,
				answer->certain ? ",\"certain\":true" : ",\"certain\":false");
	text_add(&report->out, ",", 1);
	if (json.failed)
		report->out.failed = true;
	else
		text_add(&report->out, json.data + 1, json.length - 1);
	text_add(&report->out, "\n", 1);
	text_free(&json);
}

static void add_history(struct report *report, const char *ip,
			const struct timeline_history *history)
{
	add_question(report, ip);
	text_add_string(&report->out, ",\"bindings\":[");
	for (size_t b = 0; b < history->count; b++) {
		if (b > 0)
			text_add(&report->out, ",", 1);
		timeline_binding_json(&history->bindings[b], &report->out);
	}
	text_add_string(&report->out, "]}\n");
}

/* ---- Asking ---- */

static int ask_history(struct report *report, struct timeline *timeline, const struct ip *ip,
		       const char *address)
{
	struct timeline_history history;

	if (timeline_history(timeline, ip, report->question.position, &history) < 0)
		return -1;
	if (report->format == REPORT_JSON)
		add_history(report, address, &history);
	else
		add_history_rows(&report->table, address, &history);
	timeline_history_clear(&history);
	return 0;
}

static int explain(struct report *report, struct timeline *timeline,
		   const struct timeline_question *question, const char *address)
{
	struct text *out = &report->out;
	struct explain explain;

	if (explain_answer(timeline, question, &explain) < 0)
		return -1;
	if (report->asked++ > 0)
		text_add(out, "\n", 1);
	explain_text_add(out, address, question, &explain);
	explain_clear(&explain);
	return 0;
}

static int ask_moment(struct report *report, struct timeline *timeline, const struct ip *ip,
		      const char *address)
{
	const struct report_question *asked = &report->question;
	const struct timeline_question question = {
		.ip = *ip,
		.port = asked->port,
		.transport = asked->transport,
		.start = asked->at,
		.end = asked->at,
		.sent = !asked->received,
		.serves = asked->port >= 0,
		.began = asked->port < 0,
		.position = asked->position,
	};
	struct timeline_answer answer;

	if (asked->explain)
		return explain(report, timeline, &question, address);
	if (timeline_answer(timeline, &question, &answer) < 0)
		return -1;
	if (report->format == REPORT_JSON)
		add_line(report, address, &answer);
	else
		add_row(&report->table, address, &answer);
	return 0;
}

int report_ask(struct report *report, struct timeline *timeline, const struct ip *ip)
{
	char address[IP_TEXT_SIZE];
	int rc;

	ip_format(ip, address);
	rc = (report->question.history ? ask_history : ask_moment)(report, timeline, ip, address);
	if (rc == 0 && (report->out.failed || report->table.text.failed)) {
		log_error("%s: the report takes more than %u MiB", address, ANSWER_TEXT_MAX >> 20);
		rc = -1;
	}
	return rc;
}

int report_print(struct report *report, bool end, struct text *out)
{
	bool table = report->format == REPORT_TABLE && !report->question.explain;

	text_add(out, report->out.data, report->out.length);
	if (table && end)
		columns_print(&report->table, out);
	text_clear(&report->out);
	return out->failed ? -1 : 0;
}
