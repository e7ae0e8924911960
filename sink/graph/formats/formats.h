/* formats.h - the formats of a graph by name, for the command line and for HTTP. Pure. */
#ifndef TENURE_FORMATS_H
#define TENURE_FORMATS_H

#include "common/base/text.h"
#include "sink/graph/snapshot.h"

enum format {
	FORMAT_TABLE,
	FORMAT_JSON,
	FORMAT_DOT,
	FORMAT_MERMAID,
	FORMAT_GRAPHML,
	FORMAT_CYTOSCAPE,
	FORMAT_NODE_GRAPH,
	FORMAT_CSV,
	FORMAT_PROMETHEUS,
};

/* By enum format: "table", "json", ...; ends with NULL. */
extern const char *const formats_names[];

/* Of the text, for HTTP. */
const char *formats_content_type(enum format format);
/* Adds SNAPSHOT to OUT. */
void formats_write(enum format format, const struct snapshot *snapshot, struct text *out);

#endif
