/* http_name.h - the addresses of a service, pod or node, at a moment or ever (name_search.h). */
#ifndef TENURE_LOOKUP_HTTP_NAME_H
#define TENURE_LOOKUP_HTTP_NAME_H

#include "common/http/http_reply.h"
#include "sink/lookup/http/http_question.h"
#include "sink/lookup/serve.h"

/* Answers QUESTION, whose address is not set, or with HISTORY whatever its moment is, about FULL_NAME,
 * "namespace/name" or a node's name. An answer in several pieces breaks off if the timeline is emptied
 * before its end. */
void http_name_answer(const struct lookup_server *server, enum timeline_name_kind kind,
		      struct span full_name, const struct http_question *question, bool history,
		      struct http_reply *reply);

#endif
