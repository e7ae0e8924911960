/* flow_line.h - a flow as one line of cells. Pure.
 *
 * (1) Names come from records that anybody may write: a byte that is not visible ASCII becomes '?'.
 *     So a cell's width is its number of bytes.
 * (2) In JSON a line is the record, unchanged.
 */
#ifndef TENURE_FLOW_LINE_H
#define TENURE_FLOW_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/base/when.h"
#include "common/record/tagged_flow.h"

#define FLOW_LINE_CELLS 20 /* the most */

/* "compact", "wide", "json", then NULL. */
extern const char *const flow_line_forms[];
enum flow_line_form { FLOW_LINE_COMPACT, FLOW_LINE_WIDE, FLOW_LINE_JSON };

enum flow_line_tint { TINT_NONE, TINT_FAINT, TINT_GOOD, TINT_DOUBT, TINT_BAD };

struct flow_line_cell {
	uint32_t length;
	enum flow_line_tint tint;
};

struct flow_line {
	struct when time; /* event.end */
	uint64_t number;  /* for in_order.h */
	size_t count;     /* of cells, 0 in JSON */
	struct flow_line_cell cells[FLOW_LINE_CELLS];
	size_t length;
	char text[]; /* of the cells, one after the other */
};

struct flow_line_column {
	const char *title;
	bool right;   /* numbers */
	size_t usual; /* width to begin with where the widest cell is not known yet */
};

/* The columns of FORM, *COUNT of them. */
const struct flow_line_column *flow_line_columns(enum flow_line_form form, size_t *count);
/* Makes the line of FLOW, which was read from RECORD. The caller frees it. NULL if out of memory. */
struct flow_line *flow_line_new(const struct tagged_flow *flow, struct span record,
				enum flow_line_form form);

#endif
