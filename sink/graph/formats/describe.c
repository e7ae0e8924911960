#include "sink/graph/formats/describe.h"

#include <inttypes.h>

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

void describe_errors(struct text *text, const struct measures *measures)
{
	const struct {
		uint64_t count;
		const char *name;
	} errors[] = {{measures->refused, "refused"},
		      {measures->unanswered, "unanswered"},
		      {measures->reset, "reset"}};
	const char *separator = "";

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].count == 0)
			continue;
		text_add_format(text, "%s%" PRIu64 " %s", separator, errors[i].count,
				errors[i].name);
		separator = ", ";
	}
	if (separator[0] == '\0')
		text_add_string(text, "-");
}

void describe_edge(struct text *text, const struct graph_edge *edge, const char *line_break)
{
	const struct measures *measures = &edge->measures;
	uint64_t bytes;

	if (__builtin_add_overflow(measures->source_bytes, measures->destination_bytes, &bytes))
		bytes = UINT64_MAX;
	text_add_u64(text, measures->flows);
	text_add_string(text, measures->flows == 1 ? " flow, " : " flows, ");
	amount_add_bytes(text, bytes);
	if (measures->requests > 0) {
		text_add_string(text, line_break);
		text_add_u64(text, measures->requests);
		text_add_string(text, measures->requests == 1 ? " request" : " requests");
	}
	if (measures->response.count > 0 && edge->histogram != NULL) {
		text_add_string(text, ", p95 ");
		amount_add_duration(text, graph_edge_percentile(edge, 950));
	}
	if (measures_errors(measures) > 0) {
		text_add_string(text, line_break);
		describe_errors(text, measures);
	}
}
