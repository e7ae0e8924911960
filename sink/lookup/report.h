/* report.h - answers about addresses, for people (a table) and for programs (NDJSON).
 *
 * The table is printed at the end, because its widths come from its cells. A line of JSON and an
 * explanation are printed as soon as their address has been asked about. A line is that of
 * lookup_answer_json(), of a name one of name_search.h or, of a history,
 *
 *     {"ip":A,"position":N,"known":T,"bindings":[{"kind":"pod",...}]}
 *
 * (1) An answer that is known only if the address sent a packet says so: "certain", which every
 *     known answer has, is false, and the table has "if it sent".
 * (2) A tenure that has not ended is "still" there at the time to which the cluster is known.
 */
#ifndef TENURE_REPORT_H
#define TENURE_REPORT_H

#include <stdbool.h>

#include "common/base/ip.h"
#include "common/base/text.h"
#include "common/timeline/timeline.h"
#include "sink/lookup/http/server_ask.h"
#include "sink/lookup/name_search.h"
#include "sink/lookup/question.h"
#include "sink/lookup/table.h"

#define ANSWER_TEXT_MAX (256u * 1024 * 1024)

enum report_format { REPORT_TABLE, REPORT_JSON };

struct report_options {
	enum report_format format;
	bool history;              /* every binding at any time, whatever moment is asked about */
	bool explain;              /* what the answer rests on, in words, whatever the format is */
	bool labels, annotations;  /* columns of the table */
	struct server_ask *server; /* who answers instead of a timeline, or NULL */
};

struct report {
	struct report_options options;
	struct table table; /* counts what is provisional of explanations, too */
	struct text out;
	size_t asked; /* explanations so far */
};

void report_init(struct report *report, const struct report_options *options);
void report_free(struct report *report);

/* Asks TIMELINE, or the server, QUESTION, at the wall clock NOW. -1 after logging. */
int report_ask(struct report *report, struct timeline *timeline,
	       const struct lookup_question *question, struct when now);
/* Asks about the addresses of NAME: at QUESTION's moment or, in a history, ever. 1, or 0 if no address
 * ever had the name, -1; the last two after logging. */
int report_ask_name(struct report *report, struct timeline *timeline,
		    const struct lookup_name *name, const struct lookup_question *question,
		    struct when now);
/* Waits for the answers of a server to everything that it was asked. -1 after logging. */
int report_flush(struct report *report);
/* Adds to OUT what can be printed now; the table only at the END. */
void report_print(struct report *report, bool end, struct text *out);

#endif
