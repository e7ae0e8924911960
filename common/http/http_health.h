/* http_health.h - the answers of /livez and /readyz. Pure.
 *
 * Their routes are {"/livez", NULL, NULL, http_health_live} and {"/readyz", "verbose", NULL, ...}, whose
 * function says whether the program is ready.
 */
#ifndef TENURE_HTTP_HEALTH_H
#define TENURE_HTTP_HEALTH_H

#include <stdbool.h>

#include "common/http/http_routes.h"

void http_health_live(void *user, const struct http_call *call, struct http_reply *reply);
/* Answers whether the program is READY. The body of REPLY has the conditions, one a line, and keeps
 * them if CALL asks for them. */
void http_health_ready(const struct http_call *call, bool ready, struct http_reply *reply);
/* Adds a condition, and whether it is MET. */
void http_health_condition(struct text *out, bool met, const char *sentence);

#endif
