/* screen.h - prints lines to standard output, in columns.
 *
 * (1) A column is as wide as its widest cell so far, but at most SCREEN_WIDEST: what is longer moves
 *     the rest of its line.
 * (2) Colours only on a terminal, unless NO_COLOR is set (no-color.org) or TERM is dumb.
 */
#ifndef TENURE_SCREEN_H
#define TENURE_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "sink/observe/flow_line.h"

#define SCREEN_WIDEST 48

struct screen {
	enum flow_line_form form;
	bool colours;
	bool titled; /* the titles were printed */
	bool closed; /* nobody reads standard output any more */
	size_t widths[FLOW_LINE_CELLS];
};

void screen_init(struct screen *screen, enum flow_line_form form);
/* Makes the columns as wide as is usual, before lines are printed as they come. */
void screen_reserve(struct screen *screen);
/* Makes room for the cells of LINE, which is printed later. */
void screen_measure(struct screen *screen, const struct flow_line *line);
void screen_print(struct screen *screen, const struct flow_line *line);
/* Writes what was printed. -1 after logging; a closed pipe is no failure. */
int screen_flush(struct screen *screen);

#endif
