/* answer.h - answers about addresses, for people (a table) and for programs (NDJSON).
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
#ifndef TENURE_ANSWER_H
#define TENURE_ANSWER_H

#include <stdbool.h>

#include "common/columns.h"
#include "common/ip.h"
#include "common/text.h"
#include "common/timeline/timeline.h"

#define ANSWER_TEXT_MAX (256u * 1024 * 1024)

struct answer_question {
	struct when at;
	int32_t port;  /* -1 for none */
	int transport; /* IANA number, -1 for none */
	bool received; /* the address only received */
	bool history;
	int64_t position;
	bool provisional;
};

struct answers {
	struct answer_question question;
	bool json;
	struct columns table;
	struct text out;
};

void answers_init(struct answers *answers, const struct answer_question *question, bool json);
void answers_free(struct answers *answers);

/* Asks TIMELINE about IP.  -1 after logging. */
int answers_ask(struct answers *answers, struct timeline *timeline, const struct ip *ip);
/* Adds to OUT what can be printed: a line of JSON, or at the END the table.  -1 without
 * memory. */
int answers_print(struct answers *answers, bool end, struct text *out);

#endif
