/* http_bulk.h - answers to many questions, one a line, in their order.
 *
 * A line of the body is a question (http_question.h); its answer is a line, or its rows. A line that cannot
 * be read is answered {"line":N,"error":"..."} with N counted from 1; an empty line is skipped. Answers
 * are made while they are sent, so they take no memory, and each is as of its own moment.
 */
#ifndef TENURE_LOOKUP_HTTP_BULK_H
#define TENURE_LOOKUP_HTTP_BULK_H

#include "common/http/http_routes.h"
#include "sink/lookup/http/http_question.h"
#include "sink/lookup/serve.h"

/* Begins the answer to CALL's body in *REPLY, in the format of FORM. */
void http_bulk_begin(const struct lookup_server *server, const struct http_call *call,
		     const struct http_question *form, struct http_reply *reply);

#endif
