#include "sink/graph/formats/describe.h"

#include "common/base/amount.h"

static void add_moment(struct text *out, const char *before, struct when moment)
{
	char text[WHEN_TEXT_SIZE];

	text_add_string(out, before);
	text_add(out, text, when_format(moment, text));
}

void describe_window(struct text *text, struct when from, struct when to)
{
	if (!when_is_min(from))
		add_moment(text, " from ", from);
	if (!when_is_max(to))
		add_moment(text, when_is_min(from) ? " before " : " to before ", to);
	else if (!when_is_min(from))
		text_add_string(text, " on");
}

struct counted {
	uint64_t count;
	const char *one, *several;
};

static void add_counted(struct text *text, const struct counted *counted)
{
	text_add_u64(text, counted->count);
	text_add_string(text, counted->count == 1 ? counted->one : counted->several);
}

void describe_errors(struct text *text, const struct graph_edge *edge)
{
	const struct measures *m = &edge->measures;
	struct messages_counts c = messages_counts(edge->messages);
	const struct counted errors[] = {
		{m->refused, " refused", " refused"},
		{m->unanswered, " unanswered", " unanswered"},
		{m->reset, " reset", " reset"},
		{c.errors, " error response", " error responses"},
		{c.unanswered, " request unanswered", " requests unanswered"},
		{c.client_errors, " client error", " client errors"},
	};
	const char *separator = "";

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].count == 0)
			continue;
		text_add_string(text, separator);
		add_counted(text, &errors[i]);
		separator = ", ";
	}
	if (separator[0] == '\0')
		text_add_string(text, "-");
}

static void add_p95(struct text *text, const struct durations *times,
		    const struct histogram *histogram)
{
	if (times->count == 0 || histogram == NULL)
		return;
	text_add_string(text, ", p95 ");
	amount_add_duration(text, durations_percentile(times, histogram, 950));
}

static void add_messages(struct text *text, const struct messages *messages)
{
	const struct counted requests = {messages_counts(messages).requests, " request (",
					 " requests ("};

	add_counted(text, &requests);
	messages_describe(messages, text);
	text_add_string(text, ")");
}

static void add_turns(struct text *text, const struct measures *measures)
{
	const struct counted turns = {measures->requests, " turn", " turns"};

	add_counted(text, &turns);
}

void describe_requests(struct text *text, const struct graph_edge *edge)
{
	bool turns = edge->measures.requests > 0 || edge->messages == NULL;

	if (edge->messages != NULL)
		add_messages(text, edge->messages);
	if (edge->messages != NULL && turns)
		text_add_string(text, ", ");
	if (turns)
		add_turns(text, &edge->measures);
}

static void add_messages_p95(struct text *text, const struct messages *messages)
{
	struct messages_kind sum;

	if (messages_sum(messages, &sum) < 0) {
		text->failed = true;
		return;
	}
	add_p95(text, &sum.first_byte, sum.first_bytes);
	messages_kind_clear(&sum);
}

void describe_edge(struct text *text, const struct graph_edge *edge, const char *line_break)
{
	const struct measures *m = &edge->measures;
	const struct counted flows = {m->flows, " flow, ", " flows, "};
	uint64_t bytes = m->source_bytes;

	measures_add_count(&bytes, m->destination_bytes);
	add_counted(text, &flows);
	amount_add_bytes(text, bytes);
	if (edge->messages != NULL) {
		text_add_string(text, line_break);
		add_messages(text, edge->messages);
		add_messages_p95(text, edge->messages);
	}
	if (m->requests > 0) {
		text_add_string(text, line_break);
		add_turns(text, m);
		add_p95(text, &m->response, edge->histogram);
	}
	if (measures_errors(m) + messages_failed(edge->messages) > 0) {
		text_add_string(text, line_break);
		describe_errors(text, edge);
	}
}
