/* server_client.h - requests to a running tenure-lookup, one at a time, over libcurl. */
#ifndef TENURE_LOOKUP_SERVER_CLIENT_H
#define TENURE_LOOKUP_SERVER_CLIENT_H

#include "common/base/text.h"

#define SERVER_ANSWER_MAX (256u * 1024 * 1024)

struct server_client;

/* URL, which is borrowed, is "http://HOST:PORT", or https, with or without the path of a proxy. NULL
 * after logging. */
struct server_client *server_client_open(const char *url);
void server_client_close(struct server_client *client);

/* Adds the answer to GET TARGET, or to POST TARGET with the lines BODY unless its data is NULL, to
 * OUT. 1 if the answer is 200, 0 if it is 404, else -1; the last two after logging, with nothing added. */
int server_client_request(struct server_client *client, const char *target, struct span body,
			  struct text *out);

#endif
