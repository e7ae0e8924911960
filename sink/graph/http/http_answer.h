/* http_answer.h - what the answers have in common. */
#ifndef TENURE_GRAPH_HTTP_ANSWER_H
#define TENURE_GRAPH_HTTP_ANSWER_H

#include "common/http/http_routes.h"
#include "sink/graph/history/history.h"
#include "sink/graph/http/question.h"
#include "sink/graph/serve.h"

#define HTTP_ANSWER_EDGES_MAX 10000 /* further ones are summed: snapshot.h */

/* Reads the question of CALL. WINDOW_NS is as in question_read(). False with a problem in REPLY. */
bool http_answer_question(const struct graph_server *server, const struct http_call *call,
			  int64_t window_ns, struct question *question, struct http_reply *reply);

/* Whether the window from FROM to TO is over, and all that is shown of it, rounded, was covered (history.h). */
bool http_answer_complete(const struct graph_server *server, struct when from, struct when to);

/* Adds {"as_of":TO,"watermark":T,"complete":BOOL about the window from FROM to TO. */
void http_answer_begin(const struct graph_server *server, struct when from, struct when to,
		       struct text *out);

/* The edges that QUESTION is about. Borrows from it. */
struct history_filter http_answer_filter(const struct question *question);

#endif
