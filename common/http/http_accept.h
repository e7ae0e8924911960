/* http_accept.h - which encodings of an answer a client takes. Pure. */
#ifndef TENURE_HTTP_ACCEPT_H
#define TENURE_HTTP_ACCEPT_H

#include <stdbool.h>

/* Whether ACCEPT_ENCODING, the header's value or NULL, allows gzip (RFC 9110 12.5.3). A request without it
 * gets plain text. */
bool http_accept_gzip(const char *accept_encoding);

#endif
