/* columns.h - an aligned table for a terminal.
 *
 * The caller writes each cell into TEXT and ends it, row by row from the left. A column is
 * as wide as its widest cell.
 *
 * (1) The width of a cell is its number of bytes, so cells are ASCII.
 * (2) As with struct text, a failure stays: the writer checks once, at the end.
 */
#ifndef TENURE_COLUMNS_H
#define TENURE_COLUMNS_H

#include <stddef.h>

#include "common/base/text.h"

#define COLUMNS_MAX 16
#define COLUMNS_CUT 8 /* the width that a column keeps at least when it is cut */

struct columns {
	struct text text; /* the cells, one after the other */
	size_t *ends;     /* of each cell in TEXT */
	size_t count;     /* of cells */
	size_t capacity;
	size_t columns;
	unsigned right;  /* bit N: column N is right-aligned (numbers) */
	unsigned hidden; /* bit N: column N is not printed */
	size_t widths[COLUMNS_MAX];
};

/* Starts a table of COLUMNS columns whose cells have at most LIMIT bytes in all. */
void columns_init(struct columns *table, size_t columns, unsigned right, size_t limit);
void columns_free(struct columns *table);

/* Ends the cell that was written to TEXT. */
void columns_end(struct columns *table);
/* Adds a whole cell. */
void columns_add(struct columns *table, const char *cell);

/* Makes lines of at most WIDTH, if that is possible: hides the columns of ORDER[COUNT] one after the other, then
 * cuts cells of the first two columns, which end in ~ then. */
void columns_fit(struct columns *table, size_t width, const unsigned char *order, size_t count);

/* Adds the rows to OUT, with two blanks between columns and none at the end of a line. */
void columns_print(const struct columns *table, struct text *out);
/* Adds the rows from FIRST on, with tabs between the cells. */
void columns_print_tabs(const struct columns *table, size_t first, struct text *out);

#endif
