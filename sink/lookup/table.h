/* table.h - answers as rows of a table, for people.
 *
 * The last column has no heading. It is empty, or a sentence about the row: what the reason of an
 * answer that is unknown or ambiguous means, and whether later records may change the answer.
 */
#ifndef TENURE_LOOKUP_TABLE_H
#define TENURE_LOOKUP_TABLE_H

#include <stdbool.h>

#include "common/base/text.h"
#include "common/program/columns.h"
#include "common/timeline/timeline.h"
#include "sink/lookup/name.h"
#include "sink/lookup/question.h"

struct table_options {
	bool history;             /* rows are tenures, without the moment */
	bool labels, annotations; /* of pods, a column each */
};

struct table {
	struct columns columns;
	struct table_options options;
	size_t provisional; /* rows about given moments that are so */
};

/* Starts a table, with its headings, of at most LIMIT bytes. */
void table_init(struct table *table, const struct table_options *options, size_t limit);
void table_free(struct table *table);

/* Adds the row of ANSWER. If the question was about NOW, it shows its moment, which is how far is
 * known, as "still" does. */
void table_add_answer(struct table *table, const struct lookup_question *question, bool now,
		      const struct lookup_answer *answer);
/* Adds the row of a tenure of IP, or that it never had one. KNOWN: up to when the cluster is known. */
void table_add_binding(struct table *table, const struct ip *ip,
		       const struct timeline_binding *binding, struct when known);
void table_add_never_held(struct table *table, const struct ip *ip);
/* Adds the row of a name that no address is known to have had at the moment of PLACED or, in a history, ever. */
void table_add_nobody(struct table *table, const struct lookup_name *name, bool now,
		      const struct lookup_answer *placed);
/* Adds ROWS of a server, whose cells have tabs between them (table_print_tabs()). -1 after logging. */
int table_add_rows(struct table *table, struct span rows);

void table_print(const struct table *table, struct text *out);
/* Adds the rows without their heading, with tabs between the cells. */
void table_print_tabs(const struct table *table, struct text *out);

#endif
