/* keep.h - tenure-graph with a history and without a server: reads into it, and shows graphs of it. */
#ifndef TENURE_KEEP_H
#define TENURE_KEEP_H

#include <stdint.h>

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "sink/graph/node.h"
#include "sink/graph/recorder.h"

struct keep_options {
	const char *in;
	const char *edges;              /* as in once.h */
	struct when from, to;           /* what is shown at the end */
	struct when base_from, base_to; /* and what that is compared with, as in once.h */
	int64_t window_ns;  /* what is shown again and again while the input is followed */
	int64_t step_ns;    /* of a series; 0: none */
	int64_t horizon_ns; /* how long a conversation waits */
	enum node_level level;
	int64_t least;
	int format; /* enum format */
	int sort;   /* enum table_column */
};

/* Reads until the end, a signal, or the output is closed. Returns the exit code. */
int keep_run(const struct keep_options *options, struct recorder *recorder,
	     const struct bus_options *bus);

#endif
