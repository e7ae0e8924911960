/* server_ask.h - questions to a running tenure-lookup, one by one or many in one request. */
#ifndef TENURE_LOOKUP_SERVER_ASK_H
#define TENURE_LOOKUP_SERVER_ASK_H

#include <stdbool.h>

#include "common/base/text.h"
#include "sink/lookup/name.h"
#include "sink/lookup/question.h"

#define SERVER_ASK_MAX 2000 /* questions in one request */

struct server_client;

struct server_ask {
	struct server_client *client;
	/* "json", "table", "explain" or "annotation", with what belongs to it. */
	const char *format;
	bool history;
	struct text batch; /* questions that wait, one a line */
	size_t count;
};

/* Asks the server at URL, which is borrowed as FORMAT is. -1 after logging, with nothing to clear. */
int server_ask_init(struct server_ask *ask, const char *url, const char *format, bool history);
void server_ask_clear(struct server_ask *ask);

/* Asks QUESTION. Answers that have come are added to OUT, in the order of their questions; a
 * history or an explanation comes immediately. -1 after logging. */
int server_ask_add(struct server_ask *ask, const struct lookup_question *question,
		   struct text *out);
/* Asks about the addresses of NAME at QUESTION's moment or, for a history, ever. 1 with the answer in
 * OUT; 0 if the server knows no such name, or -1; both after logging. */
int server_ask_name(struct server_ask *ask, const struct lookup_name *name,
		    const struct lookup_question *question, struct text *out);
/* Adds the answers to the questions that wait to OUT. -1 after logging. */
int server_ask_flush(struct server_ask *ask, struct text *out);

#endif
