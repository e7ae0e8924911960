/* http_question.h - a question as it comes over HTTP: in a path and a query, or in a line of JSON. Pure.
 *
 *     /v1/ip/10.244.2.10?at=2026-11-24T07:49:29Z&port=80&transport=tcp&received=true&position=final
 *     {"ip":"10.244.2.10","at":"2026-11-24T07:49:29Z","port":80,...,"position":1923}
 *
 * Both are read by the same rules. What is not given is as on the command line: now, no port, a packet that
 * was sent, and everything that is known. What is given but is none of these is refused. The time is one of
 * when_text_parse(), as --at is.
 */
#ifndef TENURE_LOOKUP_HTTP_QUESTION_H
#define TENURE_LOOKUP_HTTP_QUESTION_H

#include "common/http/http_target.h"
#include "sink/lookup/lines/annotation.h"
#include "sink/lookup/question.h"

#define HTTP_QUESTION_PARAMETERS "at port transport received position format with"
#define HTTP_QUESTION_WHY_SIZE 256

enum http_format { HTTP_JSON, HTTP_TABLE, HTTP_EXPLAIN, HTTP_ANNOTATION };

struct http_question {
	struct lookup_question question;
	bool fixed; /* its moment is given, and not relative to NOW: later it is the same question */
	enum http_format
		format; /* HTTP_TABLE: the cells of the table's rows, with tabs between them */
	enum annotation_with with; /* of an annotation */
};

/* Reads TEXT as the address. -1 with a sentence in WHY. */
int http_question_ip(struct span text, struct http_question *question,
		     char why[static HTTP_QUESTION_WHY_SIZE]);
/* Reads the query of TARGET at the wall clock NOW; the address is left alone. -1 with a sentence in WHY. */
int http_question_query(const struct http_target *target, struct when now,
			struct http_question *question, char why[static HTTP_QUESTION_WHY_SIZE]);
/* Reads a line of JSON at the wall clock NOW. -1 with a sentence in WHY. */
int http_question_line(struct span line, struct when now, struct http_question *question,
		       char why[static HTTP_QUESTION_WHY_SIZE]);

#endif
