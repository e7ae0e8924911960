/* report.h - answers about addresses, for people (a table) and for programs (NDJSON).
 *
 * A table is printed when everything was asked, because its widths come from what is in
 * it; in JSON each answer is a line of its own:
 *
 *     {"ip":A,"at":T,"position":N,"provisional":true,"certain":true,"status":"known",...}
 *     {"ip":A,"position":N,"bindings":[{"kind":"pod",...}]}
 *
 * The first is an end of a tagged flow with the question in front (docs/answers.md 8),
 * PROVISIONAL only when more of the topic may change it; the second is the history.
 *
 * (1) An answer that is known only because the address is taken to have sent says so:
 *     CERTAIN, which every known answer has, is false, and the table has "if it sent".
 */
#ifndef TENURE_REPORT_H
#define TENURE_REPORT_H

#include <stdbool.h>

#include "common/base/ip.h"
#include "common/base/text.h"
#include "common/program/columns.h"
#include "common/timeline/timeline.h"

#define ANSWER_TEXT_MAX (256u * 1024 * 1024)

struct report_question {
	struct when at;
	int32_t port;  /* -1 for none */
	int transport; /* IANA number, -1 for none */
	bool received; /* the address only received */
	bool history;
	int64_t position;
	bool provisional;
};

struct report {
	struct report_question question;
	bool json;
	struct columns table;
	struct text out;
};

void report_init(struct report *report, const struct report_question *question, bool json);
void report_free(struct report *report);

/* Asks TIMELINE about IP. -1 after logging. */
int report_ask(struct report *report, struct timeline *timeline, const struct ip *ip);
/* Adds to OUT what can be printed: a line of JSON, or at the END the table. -1 without
 * memory. */
int report_print(struct report *report, bool end, struct text *out);

#endif
