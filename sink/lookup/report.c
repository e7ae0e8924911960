#include "sink/lookup/report.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/program/log.h"

#define COLUMNS 6

static const char *const at_heading[COLUMNS] = {"ADDRESS",  "HELD BY", "NODE",
						"SERVICES", "SINCE",   "UNTIL"};

void report_init(struct report *report, const struct report_question *question, bool json)
{
	*report = (struct report){.question = *question, .json = json};
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

/* The text at PATH; "" when there is none. Names came from objects that anybody may
 * have made, so what does not belong on a terminal becomes '?'. */
static void add_text(struct text *out, const struct json_object *end, const char *path)
{
	const char *text;

	if (json_text(end, path, &text) != JSON_FOUND)
		return;
	for (; *text; text++)
		text_add(out, *text >= ' ' && *text < 0x7f ? text : "?", 1);
}

static bool has(const struct json_object *end, const char *path)
{
	const char *text;

	return json_text(end, path, &text) == JSON_FOUND;
}

static bool is(const struct json_object *end, const char *path, const char *wanted)
{
	const char *text;

	return json_text(end, path, &text) == JSON_FOUND && strcmp(text, wanted) == 0;
}

static void add_workload(struct text *out, const struct json_object *end)
{
	static const char *const kinds[] = {
		"deployment", "statefulset",          "daemonset", "cronjob", "job",
		"replicaset", "replicationcontroller"};
	char path[64];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(path, sizeof(path), "k8s.%s.name", kinds[i]);
		if (!has(end, path))
			continue;
		text_add_format(out, " (%s ", kinds[i]);
		add_text(out, end, path);
		text_add_string(out, ")");
		return;
	}
	if (!has(end, "k8s.workload.kind"))
		return;
	text_add_string(out, " (");
	add_text(out, end, "k8s.workload.kind");
	text_add_string(out, " ");
	add_text(out, end, "k8s.workload.name");
	text_add_string(out, ")");
}

static void add_holder(struct text *out, const struct json_object *end)
{
	if (has(end, "reason")) {
		add_text(out, end, "status");
		text_add_string(out, " (");
		add_text(out, end, "reason");
		text_add_string(out, ")");
	} else if (is(end, "kind", "outside")) {
		text_add_string(out, "outside the cluster");
	} else if (is(end, "kind", "node")) {
		text_add_string(out, "node ");
		add_text(out, end, "k8s.node.name");
	} else {
		add_text(out, end, "kind");
		text_add_string(out, " ");
		add_text(out, end, "k8s.namespace.name");
		text_add_string(out, "/");
		add_text(out, end, is(end, "kind", "service") ? "service.name" : "k8s.pod.name");
		add_workload(out, end);
	}
}

/* The names at PATH inside the elements of ARRAY, each once; they come in order. */
static void add_names(struct text *out, const struct json_object *array, const char *path)
{
	const char *last = "", *name;
	size_t before = out->length;

	for (size_t i = 0; array != NULL && i < json_length(array); i++) {
		const struct json_object *element = json_element(array, i);

		if (json_text(element, path, &name) != JSON_FOUND || strcmp(name, last) == 0)
			continue;
		if (out->length > before)
			text_add_string(out, ",");
		add_text(out, element, path);
		last = name;
	}
	if (out->length == before)
		text_add_string(out, "-");
}

/* An answer has services, a line of the history memberships. */
static void add_services(struct text *out, const struct json_object *end)
{
	struct json_object *array = NULL;

	if (json_array(end, "memberships", &array) == JSON_FOUND) {
		add_names(out, array, "service");
	} else {
		json_array(end, "services", &array);
		add_names(out, array, "");
	}
}

static void add_or_dash(struct columns *table, const struct json_object *end, const char *path)
{
	if (has(end, path))
		add_text(&table->text, end, path);
	else
		text_add_string(&table->text, "-");
	columns_end(table);
}

/* A row of an answer, or of a line of the history; CONDITION stands behind the name. */
static int add_row(struct columns *table, const char *ip, const char *bytes, size_t length,
		   const char *condition)
{
	const char *what;
	size_t at;
	struct json_object *end = json_parse_strict(bytes, length, &what, &at);

	if (!end) {
		log_error("the answer about %s cannot be read: %s at byte %zu", ip, what, at);
		return -1;
	}
	columns_add(table, ip);
	add_holder(&table->text, end);
	text_add_string(&table->text, condition);
	columns_end(table);
	add_or_dash(table, end, "k8s.node.name");
	add_services(&table->text, end);
	columns_end(table);
	add_or_dash(table, end, "binding.start");
	if (has(end, "binding.start") && !has(end, "binding.end"))
		columns_add(table, "still");
	else
		add_or_dash(table, end, "binding.end");
	json_free(end);
	return 0;
}

/* A row for each line of the history; one that says so where there is none. */
static int add_rows(struct columns *table, const char *ip, const struct text *lines)
{
	size_t from = 0;

	if (lines->length == 0) {
		const char *const row[COLUMNS] = {ip, "nobody, ever", "-", "-", "-", "-"};

		for (size_t i = 0; i < COLUMNS; i++)
			columns_add(table, row[i]);
		return 0;
	}
	while (from < lines->length) {
		const char *line = lines->data + from;
		size_t length =
			(size_t)((const char *)memchr(line, '\n', lines->length - from) - line);

		if (add_row(table, ip, line, length, "") != 0)
			return -1;
		from += length + 1;
	}
	return 0;
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
	if (question->provisional)
		text_add_string(out, ",\"provisional\":true");
}

/* The object END behind the question's members. */
static void add_line(struct report *report, const char *ip, const struct text *end, bool known,
		     bool certain)
{
	struct text *out = &report->out;

	add_question(report, ip);
	text_add_string(out, ",");
	if (known)
		text_add_format(out, "\"certain\":%s,", certain ? "true" : "false");
	text_add(out, end->data + 1, end->length - 1);
	text_add_string(out, "\n");
}

/* The LINES of the history as one array. */
static void add_history(struct report *report, const char *ip, const struct text *lines)
{
	add_question(report, ip);
	text_add_string(&report->out, ",\"bindings\":[");
	for (size_t i = 0; i + 1 < lines->length; i++)
		text_add(&report->out, lines->data[i] == '\n' ? "," : &lines->data[i], 1);
	text_add_string(&report->out, "]}\n");
}

/* ---- Asking ---- */

static int ask_history(struct report *report, struct timeline *timeline, const struct ip *ip,
		       const char *address, struct text *text)
{
	if (timeline_history(timeline, ip, report->question.position, text) < 0)
		return -1;
	if (!report->json)
		return add_rows(&report->table, address, text);
	add_history(report, address, text);
	return 0;
}

/* A known answer is asked for again as if the address had sent nothing (1). */
static int ask_moment(struct report *report, struct timeline *timeline, const struct ip *ip,
		      const char *address, struct text *text)
{
	const struct report_question *asked = &report->question;
	struct timeline_question question = {
		.ip = *ip,
		.port = asked->port,
		.transport = asked->transport,
		.start = asked->at,
		.end = asked->at,
		.sent = !asked->received,
		.position = asked->position,
	};
	struct timeline_verdict verdict;
	bool known, certain;
	size_t length;

	if (timeline_answer(timeline, &question, text, &verdict) < 0)
		return -1;
	known = certain = verdict.status == TIMELINE_KNOWN;
	length = text->length;
	if (known && question.sent) {
		question.sent = false;
		if (timeline_answer(timeline, &question, text, &verdict) < 0)
			return -1;
		certain = verdict.status == TIMELINE_KNOWN;
		text->length = length;
	}
	if (!report->json)
		return add_row(&report->table, address, text->data, length,
			       known && !certain ? ", if it sent" : "");
	add_line(report, address, text, known, certain);
	return 0;
}

int report_ask(struct report *report, struct timeline *timeline, const struct ip *ip)
{
	char address[IP_TEXT_SIZE];
	struct text text;
	int rc;

	ip_format(ip, address);
	text_init(&text, ANSWER_TEXT_MAX);
	rc = (report->question.history ? ask_history : ask_moment)(report, timeline, ip, address,
								   &text);
	if (rc == 0 && (text.failed || report->out.failed || report->table.text.failed)) {
		log_error("%s: the report take more than %u MiB", address, ANSWER_TEXT_MAX >> 20);
		rc = -1;
	}
	text_free(&text);
	return rc;
}

int report_print(struct report *report, bool end, struct text *out)
{
	if (report->json && report->out.length > 0)
		text_add(out, report->out.data, report->out.length);
	else if (!report->json && end)
		columns_print(&report->table, out);
	text_clear(&report->out);
	return out->failed ? -1 : 0;
}
