#include "sink/graph/formats/csv.h"

#include <string.h>

#include "sink/graph/formats/flat_edge.h"

/* Names come from records that anybody may write. */
void csv_add_field(const char *field, struct text *out)
{
	const char *quote = strpbrk(field, ",\"") != NULL ? "\"" : "";

	text_add_string(out, quote);
	for (; *field; field++) {
		if (*field == '"')
			text_add_string(out, "\"");
		text_add(out, *field >= ' ' && *field < 0x7f ? field : "?", 1);
	}
	text_add_string(out, quote);
}

void csv_add_names(const char *prefix, struct text *out)
{
	const struct graph_edge none = graph_edge_none();
	struct flat_edge_number numbers[FLAT_EDGE_NUMBERS];

	if (flat_edge_numbers(&none, numbers) < 0) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < FLAT_EDGE_NUMBERS; i++)
		text_add_format(out, ",%s%s", prefix, numbers[i].name);
	text_add_format(out, ",%s" FLAT_EDGE_PROTOCOLS, prefix);
}

static void add_protocols(const struct graph_edge *edge, struct text *out)
{
	struct text protocols;

	text_init(&protocols, out->limit);
	flat_edge_add_protocols(edge, &protocols);
	csv_add_field(text_terminate(&protocols), out);
	out->failed |= protocols.failed;
	text_free(&protocols);
}

void csv_add_measures(const struct graph_edge *edge, struct text *out)
{
	struct flat_edge_number numbers[FLAT_EDGE_NUMBERS] = {0};

	if (edge != NULL && flat_edge_numbers(edge, numbers) < 0)
		out->failed = true;
	for (size_t i = 0; i < FLAT_EDGE_NUMBERS; i++) {
		text_add_string(out, ",");
		if (numbers[i].known)
			text_add_u64(out, numbers[i].value);
	}
	text_add_string(out, ",");
	if (edge != NULL)
		add_protocols(edge, out);
}

static void add_line(const char *source, const char *target, const struct graph_edge *edge,
		     struct text *out)
{
	csv_add_field(source, out);
	text_add_string(out, ",");
	csv_add_field(target, out);
	text_add_string(out, edge->directed ? ",true" : ",false");
	csv_add_measures(edge, out);
	text_add_string(out, "\n");
}

void csv_format(const struct snapshot *snapshot, struct text *out)
{
	text_add_string(out, "source,target,directed");
	csv_add_names("", out);
	text_add_string(out, "\n");
	for (size_t i = 0; i < snapshot->edge_count; i++) {
		const struct snapshot_edge *edge = &snapshot->edges[i];

		add_line(snapshot_id(snapshot, edge->client), snapshot_id(snapshot, edge->server),
			 edge->edge, out);
	}
	if (snapshot->rest.measures.flows > 0)
		add_line("", "", &snapshot->rest, out);
}
