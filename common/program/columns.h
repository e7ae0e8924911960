/* columns.h - an aligned table for a terminal: the widths come from what is in it.
 *
 * A caller writes a cell into TEXT and ends it, row by row from the left.
 *
 * (1) A cell's width is its number of bytes, so cells are ASCII.
 * (2) As with struct text, a failure is sticky: the writer checks once, at the end.
 */
#ifndef TENURE_COLUMNS_H
#define TENURE_COLUMNS_H

#include <stddef.h>

#include "common/base/text.h"

#define COLUMNS_MAX 16

struct columns {
	struct text text; /* the cells written so far, without anything between them */
	size_t *ends;     /* of each cell in TEXT */
	size_t count;     /* of cells */
	size_t capacity;
	size_t columns;
	unsigned right; /* bit N: column N stands right (numbers do) */
	size_t widths[COLUMNS_MAX];
};

/* A table of COLUMNS columns whose cells take at most LIMIT bytes. */
void columns_init(struct columns *table, size_t columns, unsigned right, size_t limit);
void columns_free(struct columns *table);

/* Ends the cell that was written into TEXT. */
void columns_end(struct columns *table);
/* Adds a whole cell. */
void columns_add(struct columns *table, const char *cell);

/* Adds the rows to OUT, two blanks between columns and none at the end of a line. */
void columns_print(const struct columns *table, struct text *out);

#endif
