/* http_name.h - the addresses of a service, pod or node at a moment.
 *
 *     {"service":"shop/web","at":T,"position":N,"provisional":true,"known":T,"addresses":[{...},...]}
 *
 * Each address is the answer of lookup_answer_json() about it, and has the name at that moment: it is the
 * service's own, or the holder is in the service, is the pod, or is the node.
 */
#ifndef TENURE_LOOKUP_HTTP_NAME_H
#define TENURE_LOOKUP_HTTP_NAME_H

#include "common/http/http_reply.h"
#include "sink/lookup/http/http_question.h"
#include "sink/lookup/serve.h"

/* Answers QUESTION, whose address is not set, about FULL_NAME, "namespace/name" or a node's name. */
void http_name_answer(const struct lookup_server *server, enum timeline_name_kind kind,
		      struct span full_name, const struct http_question *question,
		      struct http_reply *reply);

#endif
