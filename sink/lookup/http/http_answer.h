/* http_answer.h - one answer as the body of an HTTP answer. */
#ifndef TENURE_LOOKUP_HTTP_ANSWER_H
#define TENURE_LOOKUP_HTTP_ANSWER_H

#include "common/http/http_reply.h"
#include "sink/lookup/http/http_question.h"

/* Adds the answer to QUESTION, or the HISTORY of its address, to OUT: a line, rows or an explanation.
 * *FINAL: the same question will be answered with the same bytes. -1 after logging, or if OUT is
 * full. */
int http_answer_add(struct timeline *timeline, const struct http_question *question, bool history,
		    struct when now, struct text *out, bool *final);

/* How long the answer may be kept: forever, or until it is asked again. Static text. */
const char *http_answer_cache(bool final);

/* Adds {"line":LINE,"error":WHY}, a line. */
void http_answer_error(struct text *out, int64_t line, const char *why);

/* Static text. */
const char *http_answer_type(enum http_format format);

#endif
