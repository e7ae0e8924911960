/* options.h - the options of tenure-graph, and whether they fit together. */
#ifndef TENURE_GRAPH_OPTIONS_H
#define TENURE_GRAPH_OPTIONS_H

#include "common/bus/bus.h"
#include "common/program/settings.h"
#include "sink/graph/aggregator.h"
#include "sink/graph/history/history.h"
#include "sink/graph/serve.h"

struct graph_options {
	struct settings_list in;
	const char *edges; /* where the edges of each step go; NULL: to standard output */
	int format;        /* enum format */
	int level;         /* enum node_level */
	int sort;          /* enum table_column */
	int64_t least;
	struct aggregator_options aggregation;
	struct when base_from, base_to; /* see once.h */
	struct history_options history; /* FOLDER is NULL for a temporary one */
	int64_t save_ns;
	struct serve_settings serve;
	struct bus_options bus;
};

/* Whether what was counted is kept in a history. */
bool options_keep(const struct graph_options *options);
/* Checks OPTIONS, of which flags gave GIVEN, and fills what follows from others. An option that would do nothing is
 * refused: its user expects something of it. -1 after logging. */
int options_check(struct graph_options *options, const struct settings_given *given);

#endif
