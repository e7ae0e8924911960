/* http_message.h - why a request failed, as libcurl says it, made fit for the log. Pure. */
#ifndef TENURE_KUBE_HTTP_MESSAGE_H
#define TENURE_KUBE_HTTP_MESSAGE_H

#include <stddef.h>

/* Changes MESSAGE[SIZE], a text: the user and password of a URL in it become asterisks, and of a
 * connection that went away it says that, where nghttp2 blames the server's HTTP/2. */
void http_message_clean(char *message, size_t size);

#endif
