#include "sink/lookup/table.h"

#include <string.h>

#include "common/base/json.h"
#include "common/program/log.h"
#include "sink/lookup/holder_text.h"
#include "sink/lookup/reason_text.h"

#define MAY_CHANGE "later records may change this"

void table_init(struct table *table, const struct table_options *options, size_t limit)
{
	const struct {
		const char *heading;
		bool shown;
	} columns[] = {
		{"ADDRESS", true},
		{"AT", !options->history},
		{"HELD BY", true},
		{"NODE", true},
		{"SERVICES", true},
		{"SINCE", true},
		{"UNTIL", true},
		{"LABELS", options->labels},
		{"ANNOTATIONS", options->annotations},
		{"", true},
	};
	const size_t count = sizeof(columns) / sizeof(columns[0]);
	size_t shown = 0;

	for (size_t i = 0; i < count; i++)
		shown += columns[i].shown;
	*table = (struct table){.options = *options};
	columns_init(&table->columns, shown, 0, limit);
	for (size_t i = 0; i < count; i++) {
		if (columns[i].shown)
			columns_add(&table->columns, columns[i].heading);
	}
}

void table_free(struct table *table)
{
	columns_free(&table->columns);
}

/* ---- Cells ---- */

static void add_name_or_dash(struct columns *columns, struct span name)
{
	if (name.length > 0)
		holder_text_name(&columns->text, name);
	else
		text_add(&columns->text, "-", 1);
	columns_end(columns);
}

static void add_ip(struct columns *columns, const struct ip *ip)
{
	char text[IP_TEXT_SIZE];

	ip_format(ip, text);
	columns_add(columns, text);
}

/* Adds WORD, if any, and the moment; "-" if there is none. */
static void add_when(struct columns *columns, const char *word, struct when moment)
{
	char text[WHEN_TEXT_SIZE];

	if (when_is_min(moment)) {
		columns_add(columns, "-");
		return;
	}
	when_format(moment, text);
	text_add_string(&columns->text, word);
	columns_add(columns, text);
}

static void add_moment(struct columns *columns, bool now, struct when at)
{
	add_when(columns, "", now ? when_whole_second(at) : at);
}

/* Adds NAME to a cell that began at BEFORE. */
static void add_service(struct text *out, size_t before, struct span name)
{
	if (out->length > before)
		text_add(out, ",", 1);
	holder_text_name(out, name);
}

/* Adds the cell "app=web,track=stable" of a JSON object. */
static void add_pairs(struct columns *columns, struct span json)
{
	enum scan_outcome outcome;
	struct json_object *tree = json.length > 0 ? json_parse(json.data, json.length, &outcome)
						   : NULL,
			   *value;
	struct json_members members = {0};
	size_t before = columns->text.length;
	const char *key, *text;

	while (tree != NULL && json_next_member(tree, &members, &key, &value)) {
		if (json_text(value, "", &text) != JSON_FOUND)
			continue;
		add_service(&columns->text, before, span_of(key));
		text_add(&columns->text, "=", 1);
		holder_text_name(&columns->text, span_of(text));
	}
	json_free(tree);
	if (columns->text.length == before)
		text_add(&columns->text, "-", 1);
	columns_end(columns);
}

/* The cells from SERVICES, which is already in the text since BEFORE, to the note. */
static void add_tenure(struct table *table, const struct named_holder *holder, size_t before,
		       struct when known)
{
	struct columns *columns = &table->columns;
	struct when start = holder != NULL ? holder->start : WHEN_MIN;
	struct when end = holder != NULL ? holder->end : WHEN_MIN;
	bool still = when_is_min(end) && !when_is_min(start);

	if (columns->text.length == before)
		text_add(&columns->text, "-", 1);
	columns_end(columns);
	add_when(columns, "", start);
	if (still)
		end = when_whole_second(known);
	add_when(columns, still ? "still at " : "", end);
	if (table->options.labels)
		add_pairs(columns, holder != NULL ? holder->labels : span_of(""));
	if (table->options.annotations)
		add_pairs(columns, holder != NULL ? holder->annotations : span_of(""));
}

/* Adds the last cell: SENTENCE, if any, and whether the answer may change. */
static void add_note(struct table *table, const char *sentence, bool provisional)
{
	struct text *out = &table->columns.text;

	table->provisional += provisional;
	if (sentence != NULL)
		text_add_string(out, sentence);
	if (provisional)
		text_add_string(out, sentence != NULL ? "; " MAY_CHANGE : MAY_CHANGE);
	columns_end(&table->columns);
}

/* ---- Rows ---- */

void table_add_answer(struct table *table, const struct lookup_question *question, bool now,
		      const struct lookup_answer *asked)
{
	const struct timeline_answer *answer = &asked->answer;
	struct columns *columns = &table->columns;
	size_t before;

	add_ip(columns, &question->ip);
	add_moment(columns, now, asked->at);
	holder_text_answer(&columns->text, answer);
	holder_text_as_of(&columns->text, asked);
	columns_end(columns);
	add_name_or_dash(columns, answer->holder != NULL ? answer->holder->node : span_of(""));
	before = columns->text.length;
	for (size_t s = 0; s < answer->services.count; s++)
		add_service(&columns->text, before, answer->services.list[s].name);
	add_tenure(table, answer->holder, before, asked->known);
	add_note(table, reason_text(answer, !question->received), asked->provisional && !now);
}

void table_add_binding(struct table *table, const struct ip *ip,
		       const struct timeline_binding *binding, struct when known)
{
	struct columns *columns = &table->columns;
	struct span last = span_of("");
	size_t before;

	add_ip(columns, ip);
	holder_text_add(&columns->text, binding->holder);
	columns_end(columns);
	add_name_or_dash(columns, binding->holder->node);
	before = columns->text.length;
	if (binding->holder->kind == HOLDER_SERVICE)
		add_service(&columns->text, before, binding->holder->full_name);
	/* A service may have listed it several times, one after the other. */
	for (size_t m = 0; m < binding->membership_count; m++) {
		struct span service = binding->memberships[m].service;

		if (!span_equal(service, last))
			add_service(&columns->text, before, service);
		last = service;
	}
	add_tenure(table, binding->holder, before, known);
	add_note(table, NULL, false);
}

/* The cells after HELD BY of a row without a holder. */
static void add_no_holder(struct table *table, bool provisional)
{
	columns_add(&table->columns, "-");
	add_tenure(table, NULL, table->columns.text.length, WHEN_MIN);
	add_note(table, NULL, provisional);
}

void table_add_never_held(struct table *table, const struct ip *ip)
{
	add_ip(&table->columns, ip);
	columns_add(&table->columns, "nobody, ever");
	add_no_holder(table, false);
}

void table_add_nobody(struct table *table, const struct lookup_name *name, bool now,
		      const struct lookup_answer *placed)
{
	struct columns *columns = &table->columns;

	columns_add(columns, "-");
	if (!table->options.history)
		add_moment(columns, now, placed->at);
	text_add_format(&columns->text, "no known address of %s ", lookup_name_kind(name->kind));
	holder_text_name(&columns->text, name->full_name);
	if (!table->options.history)
		holder_text_as_of(&columns->text, placed);
	columns_end(columns);
	add_no_holder(table, !table->options.history && placed->provisional && !now);
}

int table_add_rows(struct table *table, struct span rows)
{
	struct columns *columns = &table->columns;
	const char *at = rows.data, *end = at + rows.length;

	while (at < end && *at != '{') {
		size_t left = (size_t)(end - at), length = 0;

		while (length < left && at[length] != '\t' && at[length] != '\n')
			length++;
		text_add(&columns->text, at, length);
		columns_end(columns);
		table->provisional +=
			columns->count % columns->columns == 0 && length >= strlen(MAY_CHANGE) &&
			memcmp(at + length - strlen(MAY_CHANGE), MAY_CHANGE, strlen(MAY_CHANGE)) ==
				0;
		at += length + (length < left);
	}
	if (at == end && columns->count % columns->columns == 0)
		return 0;
	log_error("the server's answer is not a table: %.*s",
		  (int)(end - at > 200 ? 200 : end - at), at);
	return -1;
}

void table_print(const struct table *table, struct text *out)
{
	columns_print(&table->columns, out);
}

void table_print_tabs(const struct table *table, struct text *out)
{
	columns_print_tabs(&table->columns, 1, out);
}
