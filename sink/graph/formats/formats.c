#include "sink/graph/formats/formats.h"

#include "sink/graph/formats/csv.h"
#include "sink/graph/formats/cytoscape.h"
#include "sink/graph/formats/dot.h"
#include "sink/graph/formats/graph_json.h"
#include "sink/graph/formats/graphml.h"
#include "sink/graph/formats/mermaid.h"
#include "sink/graph/formats/node_graph.h"
#include "sink/graph/formats/prometheus.h"
#include "sink/graph/formats/table.h"

const char *const formats_names[] = {"table",     "json",      "dot", "mermaid",    "graphml",
				     "cytoscape", "nodegraph", "csv", "prometheus", NULL};

static void write_table(const struct snapshot *snapshot, struct text *out)
{
	static const struct table_view plain;

	table_format(snapshot, &plain, out);
}

static const struct {
	const char *content_type;
	void (*write)(const struct snapshot *snapshot, struct text *out);
} formats[] = {
	[FORMAT_TABLE] = {"text/plain; charset=utf-8", write_table},
	[FORMAT_JSON] = {"application/json", graph_json_format},
	[FORMAT_DOT] = {"text/vnd.graphviz; charset=utf-8", dot_format},
	[FORMAT_MERMAID] = {"text/plain; charset=utf-8", mermaid_format},
	[FORMAT_GRAPHML] = {"application/xml", graphml_format},
	[FORMAT_CYTOSCAPE] = {"application/json", cytoscape_format},
	[FORMAT_NODE_GRAPH] = {"application/json", node_graph_format},
	[FORMAT_CSV] = {"text/csv; charset=utf-8", csv_format},
	[FORMAT_PROMETHEUS] = {"text/plain; version=0.0.4; charset=utf-8", prometheus_format},
};

const char *formats_content_type(enum format format)
{
	return formats[format].content_type;
}

void formats_write(enum format format, const struct snapshot *snapshot, struct text *out)
{
	formats[format].write(snapshot, out);
}
