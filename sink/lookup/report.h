/* report.h - answers about addresses, for people (a table) and for programs (NDJSON).
 *
 * The table is printed at the end, because its widths come from its cells. A line of JSON and an
 * explanation are printed as soon as their address has been asked about:
 *
 *     {"ip":A,"at":T,"position":N,"provisional":true,"known":T,"certain":true,"status":"known",...}
 *     {"ip":A,"position":N,"bindings":[{"kind":"pod",...}]}
 *
 * The first is an end of a tagged flow (docs/answers.md section 8) with the question in front; it
 * is provisional, and "known" only to T (or null), if later records may change it. The second is the history.
 *
 * (1) An answer that is known only if the address sent a packet says so: "certain", which every
 *     known answer has, is false, and the table has "if it sent".
 */
#ifndef TENURE_REPORT_H
#define TENURE_REPORT_H

#include <stdbool.h>

#include "common/base/ip.h"
#include "common/base/text.h"
#include "common/program/columns.h"
#include "common/timeline/timeline.h"

#define ANSWER_TEXT_MAX (256u * 1024 * 1024)

enum report_format { REPORT_TABLE, REPORT_JSON };

struct report_question {
	struct when at;
	int32_t port;  /* -1 for none */
	int transport; /* IANA number, -1 for none */
	bool received; /* the address only received */
	bool history;  /* every binding at any time; AT is ignored */
	bool explain;  /* what the answer rests on, in words, whatever the format is */
	int64_t position;
	struct when known; /* of the last PROGRESS; WHEN_MIN if there is none */
	bool provisional;
};

struct report {
	struct report_question question;
	enum report_format format;
	struct columns table;
	struct text out;
	size_t asked; /* explanations so far */
};

void report_init(struct report *report, const struct report_question *question,
		 enum report_format format);
void report_free(struct report *report);

/* Asks TIMELINE about IP. -1 after logging. */
int report_ask(struct report *report, struct timeline *timeline, const struct ip *ip);
/* Adds to OUT what can be printed now; the table only at the END. -1 if out of memory. */
int report_print(struct report *report, bool end, struct text *out);

#endif
