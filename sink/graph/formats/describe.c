#include "sink/graph/formats/describe.h"

#include <inttypes.h>

struct unit {
	double size;
	const char *name;
};

/* UNITS are from small to large; the next one is used where a number would need four digits. */
static void add_scaled(struct text *text, double value, const struct unit *units, size_t count)
{
	size_t i = 0;
	int digits = 2;
	double scaled;

	while (i + 1 < count && value / units[i].size >= 999.5 &&
	       value / units[i + 1].size >= 0.995)
		i++;
	scaled = value / units[i].size;
	if (units[i].size <= 1 || scaled >= 99.95)
		digits = 0;
	else if (scaled >= 9.995)
		digits = 1;
	text_add_format(text, "%.*f %s", digits, scaled, units[i].name);
}

void describe_bytes(struct text *text, uint64_t bytes)
{
	static const struct unit units[] = {{1, "B"},
					    {1024., "KiB"},
					    {1048576., "MiB"},
					    {1073741824., "GiB"},
					    {1099511627776., "TiB"},
					    {1125899906842624., "PiB"}};

	add_scaled(text, (double)bytes, units, sizeof(units) / sizeof(units[0]));
}

void describe_duration(struct text *text, uint64_t ns)
{
	static const struct unit units[] = {{1, "ns"},  {1e3, "us"},   {1e6, "ms"},
					    {1e9, "s"}, {60e9, "min"}, {3600e9, "h"}};

	add_scaled(text, (double)ns, units, sizeof(units) / sizeof(units[0]));
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
	describe_bytes(text, bytes);
	if (measures->requests > 0) {
		text_add_string(text, line_break);
		text_add_u64(text, measures->requests);
		text_add_string(text, measures->requests == 1 ? " request" : " requests");
	}
	if (measures->response_count > 0 && edge->histogram != NULL) {
		text_add_string(text, ", p95 ");
		describe_duration(text, graph_edge_percentile(edge, 950));
	}
	if (measures_errors(measures) > 0) {
		text_add_string(text, line_break);
		describe_errors(text, measures);
	}
}
