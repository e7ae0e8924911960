/* display.h - writes snapshots to standard output, which may be a terminal.
 *
 * (1) With FOLLOW a terminal is cleared before each snapshot, and its table fits the terminal; keys sort
 *     it (< and > or s by another column, r the other way) and end the display (q). Elsewhere an empty line separates two snapshots, except
 *     in JSON, where each is one line.
 */
#ifndef TENURE_DISPLAY_H
#define TENURE_DISPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "sink/graph/compare.h"
#include "sink/graph/formats/table.h"
#include "sink/graph/formats/terminal.h"
#include "sink/graph/series.h"
#include "sink/graph/snapshot.h"

struct display {
	int format;     /* enum format */
	bool follow;    /* shows more than one snapshot */
	bool from_file; /* once idle, all was read: a file has one partition */
	int sort;       /* enum table_column */
	/* What follows is the module's, and 0 at first. */
	bool interactive; /* a table on a terminal */
	struct terminal terminal;
	struct table_view view;
	struct when first_read, checked_at, keys_at;
	uint64_t shown; /* records that the last snapshot includes */
	bool closed;    /* nobody reads standard output any more */
};

/* Before the first use, and after the last. */
void display_open(struct display *display);
void display_close(struct display *display);

/* Takes the keys that were pressed, ten times a second at most. True if the snapshot is to be shown
 * again. */
bool display_pressed(struct display *display, struct when now);

/* With FOLLOW: whether to show a new snapshot now that RECORDS have been read. It is true
 * at most once a second, only if there are new records, and not before every partition
 * has been read from: 2 s after the first record or, with FROM_FILE, once IDLE (everything
 * was read). */
bool display_due(struct display *display, uint64_t records, bool idle, struct when now);

/* -1 after a failure (logged); a closed pipe is not one. */
int display_show(struct display *display, const struct snapshot *snapshot);

/* Whether FORMAT (enum format) shows comparisons. */
bool display_compares(int format);
/* As display_show(), once. */
int display_show_comparison(struct display *display, const struct comparison *comparison);
/* As display_show(), once: the edges of SERIES, whose sum is WHOLE, as OpenMetrics if the format is
 * FORMAT_PROMETHEUS, else as records. */
int display_show_series(struct display *display, const struct snapshot *whole,
			const struct series *series);

#endif
