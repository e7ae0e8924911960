#include "sink/observe/flow_line.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/amount.h"
#include "common/base/text.h"
#include "sink/observe/end_text.h"
#include "sink/observe/outcome.h"

#define LINE_MAX (64u * 1024) /* bytes; names and notes take a few hundred */

const char *const flow_line_forms[] = {"compact", "wide", "json", NULL};

/* A line while it is written. */
struct writing {
	struct text text;
	struct flow_line_cell cells[FLOW_LINE_CELLS];
	size_t count;
	size_t begun; /* where the cell begins */
};

/* Ends the cell that was written; an empty one is shown as '-'. */
static void end_cell(struct writing *w, enum flow_line_tint tint)
{
	if (w->text.length == w->begun)
		text_add_string(&w->text, "-");
	w->cells[w->count++] = (struct flow_line_cell){(uint32_t)(w->text.length - w->begun), tint};
	w->begun = w->text.length;
}

/* "11-24 07:47:20.694", which sorts within a year and has always the same width. */
static void add_short_time(struct text *text, struct when moment)
{
	char whole[WHEN_TEXT_SIZE];
	size_t length = when_format(moment, whole);

	text_add(text, whole + 5, 5);
	text_add(text, " ", 1);
	text_add(text, whole + 11, 8);
	text_add(text, length > 20 ? whole + 19 : ".000", 4);
}

static void add_time(struct writing *w, struct when moment, enum flow_line_form form)
{
	char whole[WHEN_TEXT_SIZE];

	if (form == FLOW_LINE_COMPACT)
		add_short_time(&w->text, moment);
	else
		text_add(&w->text, whole, when_format(moment, whole));
	end_cell(w, TINT_FAINT);
}

static void add_end(struct writing *w, const struct tagged_flow_end *end, enum flow_line_form form)
{
	end_text_add_label(&w->text, end);
	end_cell(w, end->status == TAGGED_FLOW_KNOWN ? TINT_NONE : TINT_DOUBT);
	if (form != FLOW_LINE_WIDE)
		return;
	end_text_add_address(&w->text, end);
	end_cell(w, TINT_NONE);
	end_text_add_services(&w->text, end);
	end_cell(w, TINT_NONE);
}

static void add_outcome(struct writing *w, enum outcome outcome)
{
	static const enum flow_line_tint tints[] = {
		[OUTCOME_NOT_SAID] = TINT_NONE,    [OUTCOME_ANSWERED] = TINT_GOOD,
		[OUTCOME_BOTH_WAYS] = TINT_GOOD,   [OUTCOME_ONE_WAY] = TINT_NONE,
		[OUTCOME_UNANSWERED] = TINT_DOUBT, [OUTCOME_REFUSED] = TINT_BAD,
		[OUTCOME_RESET] = TINT_BAD,
	};

	text_add_string(&w->text, outcome_name(outcome));
	end_cell(w, tints[outcome]);
}

static void add_bytes(struct writing *w, const struct tagged_flow_end *end)
{
	amount_add_bytes(&w->text, end->bytes);
	end_cell(w, TINT_NONE);
}

static void add_duration(struct writing *w, bool present, uint64_t ns)
{
	if (present)
		amount_add_duration(&w->text, ns);
	end_cell(w, TINT_NONE);
}

/* Names come from records that anybody may write. */
static void add_protocol(struct writing *w, const struct tagged_flow_messages *messages)
{
	end_text_add_name(&w->text, messages->protocol);
	if (messages->from_destination)
		text_add_string(&w->text, " from destination");
	if (messages->incomplete)
		text_add_string(&w->text, ", incomplete");
}

/* How many requests, of which family, and their mean time and, if WIDE, the longest. */
static void add_requests(struct writing *w, const struct tagged_flow *flow, bool wide)
{
	bool read = tagged_flow_counts_messages(flow);
	const struct tagged_flow_times *times = read ? &flow->messages.first_byte : &flow->response;
	uint64_t requests = read ? flow->messages.requests : flow->requests;

	if (requests > 0 || read)
		text_add_u64(&w->text, requests);
	end_cell(w, TINT_NONE);
	if (read)
		add_protocol(w, &flow->messages);
	else if (requests > 0)
		text_add_string(&w->text, "turns");
	end_cell(w, TINT_NONE);
	add_duration(w, times->count > 0, times->count > 0 ? times->sum_ns / times->count : 0);
	if (wide)
		add_duration(w, times->count > 0, times->max_ns);
}

static void add_measures(struct writing *w, const struct tagged_flow *flow,
			 enum flow_line_form form)
{
	add_bytes(w, &flow->source);
	add_bytes(w, &flow->destination);
	add_requests(w, flow, form == FLOW_LINE_WIDE);
	if (form == FLOW_LINE_WIDE)
		add_duration(w, flow->has_handshake, flow->handshake_ns);
	end_text_add_name(&w->text, flow->observer);
	end_cell(w, TINT_NONE);
}

static void begin_note(struct writing *w)
{
	if (w->text.length > w->begun)
		text_add_string(&w->text, "; ");
}

static void add_end_note(struct writing *w, const char *side, const struct tagged_flow_end *end,
			 struct value tag)
{
	if (end->status == TAGGED_FLOW_KNOWN)
		return;
	begin_note(w);
	text_add_format(&w->text, "%s: ", side);
	end_text_add_doubt(&w->text, end, tag);
}

/* Responses that were read and are errors, and requests that have none. */
static void add_message_notes(struct writing *w, const struct tagged_flow_messages *messages)
{
	const struct {
		uint64_t count;
		const char *one, *several;
	} notes[] = {
		{messages->errors, " error response", " error responses"},
		{messages->client_errors, " client error", " client errors"},
		{messages->unanswered, " request unanswered", " requests unanswered"},
		{messages->retries, " retry", " retries"},
	};

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		if (notes[i].count == 0)
			continue;
		begin_note(w);
		text_add_u64(&w->text, notes[i].count);
		text_add_string(&w->text, notes[i].count == 1 ? notes[i].one : notes[i].several);
	}
}

/* What is not an everyday flow's. */
static void add_notes(struct writing *w, const struct tagged_flow *flow, struct span record)
{
	struct value whole = value_of_valid(record.data, record.length);
	uint64_t again = flow->source.retransmissions + flow->destination.retransmissions;

	if (flow->revision > 1)
		text_add_string(&w->text, "CORRECTION");
	add_end_note(w, "source", &flow->source, value_at(whole, "tenure.source"));
	add_end_note(w, "destination", &flow->destination, value_at(whole, "tenure.destination"));
	if (flow->provisional) {
		begin_note(w);
		text_add_string(&w->text, "provisional");
	}
	if (flow->slice > 0) {
		begin_note(w);
		text_add_format(&w->text, "slice %" PRIu64, flow->slice);
	}
	if (strcmp(flow->end_reason, "active_timeout") == 0) {
		begin_note(w);
		text_add_string(&w->text, "goes on");
	}
	if (again > 0) {
		begin_note(w);
		text_add_format(&w->text, "%" PRIu64 " retransmitted", again);
	}
	add_message_notes(w, &flow->messages);
	w->cells[w->count++] =
		(struct flow_line_cell){(uint32_t)(w->text.length - w->begun), TINT_DOUBT};
}

const struct flow_line_column *flow_line_columns(enum flow_line_form form, size_t *count)
{
	static const struct flow_line_column compact[] = {
		{"END (UTC)", false, 18}, {"SOURCE", false, 36},
		{"", false, 2},           {"DESTINATION", false, 36},
		{"PROTO", false, 5},      {"OUTCOME", false, 10},
		{"SENT", true, 8},        {"RECEIVED", true, 8},
		{"REQUESTS", true, 8},    {"COUNTED AS", false, 10},
		{"MEAN", true, 7},        {"SEEN AT", false, 7},
		{"", false, 0},
	};
	static const struct flow_line_column wide[] = {
		{"END", false, 30},         {"LASTED", true, 7},     {"SOURCE", false, 36},
		{"ADDRESS", false, 18},     {"SERVICES", false, 18}, {"", false, 2},
		{"DESTINATION", false, 36}, {"ADDRESS", false, 18},  {"SERVICES", false, 18},
		{"PROTO", false, 5},        {"OUTCOME", false, 10},  {"SENT", true, 8},
		{"RECEIVED", true, 8},      {"REQUESTS", true, 8},   {"COUNTED AS", false, 10},
		{"MEAN", true, 7},          {"MAX", true, 7},        {"HANDSHAKE", true, 9},
		{"SEEN AT", false, 7},      {"", false, 0},
	};

	switch (form) {
	case FLOW_LINE_COMPACT:
		*count = sizeof(compact) / sizeof(compact[0]);
		return compact;
	case FLOW_LINE_WIDE:
		*count = sizeof(wide) / sizeof(wide[0]);
		return wide;
	case FLOW_LINE_JSON:
		break;
	}
	*count = 0;
	return NULL;
}

static void write_cells(struct writing *w, const struct tagged_flow *flow, struct span record,
			enum flow_line_form form)
{
	add_time(w, flow->end, form);
	if (form == FLOW_LINE_WIDE)
		add_duration(w, true, (uint64_t)when_since(flow->end, flow->start));
	add_end(w, &flow->source, form);
	text_add_string(&w->text, flow->directed ? "->" : "--");
	end_cell(w, TINT_FAINT);
	add_end(w, &flow->destination, form);
	end_text_add_name(&w->text, flow->transport);
	end_cell(w, TINT_NONE);
	add_outcome(w, outcome_of(flow));
	add_measures(w, flow, form);
	add_notes(w, flow, record);
}

struct flow_line *flow_line_new(const struct tagged_flow *flow, struct span record,
				enum flow_line_form form)
{
	struct flow_line *line = NULL;
	struct writing w = {.count = 0};
	struct span text = record;

	text_init(&w.text, LINE_MAX);
	if (form != FLOW_LINE_JSON) {
		write_cells(&w, flow, record, form);
		text = text_span(&w.text);
	}
	if (!w.text.failed)
		line = malloc(sizeof(*line) + text.length);
	if (line != NULL) {
		line->time = flow->end;
		line->number = 0;
		line->count = w.count;
		memcpy(line->cells, w.cells, sizeof(w.cells));
		line->length = text.length;
		memcpy(line->text, text.data, text.length);
	}
	text_free(&w.text);
	return line;
}
