/* http_host.h - whether a request's Host names this server. Pure.
 *
 * A page of another site can point its own name at our address and then read our answers as its
 * own (DNS rebinding). Its Host is that name, so only these are accepted: an IP address,
 * "localhost", a name without a dot, and names that the server was started with.
 */
#ifndef TENURE_HTTP_HOST_H
#define TENURE_HTTP_HOST_H

#include <stdbool.h>

#include "common/program/settings.h"

/* HOST is the header's value, "NAME" or "NAME:PORT", or NULL. In ALLOWED, "*" is every name. */
bool http_host_is_ours(const char *host, const struct settings_list *allowed);

#endif
