#include "common/http/http_host.h"

#include <string.h>
#include <strings.h>

#include "common/base/ip.h"
#include "common/base/span.h"

/* The bytes of a name, RFC 1123 and the underscore. */
#define NAME_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

/* HOST without its port; empty if it is malformed. */
static struct span name_of(const char *host)
{
	const struct span none = {"", 0};
	size_t length = strcspn(host, ":");
	const char *rest = host + length;

	if (host[0] == '[') {
		const char *close = strchr(host, ']');

		if (close == NULL)
			return none;
		length = (size_t)(close - host) - 1;
		rest = close + 1;
		host++;
	}
	if (rest[0] == ':')
		rest += 1 + strspn(rest + 1, "0123456789");
	return rest[0] == '\0' ? (struct span){host, length} : none;
}

bool http_host_is_ours(const char *host, const struct settings_list *allowed)
{
	struct span name = name_of(host == NULL ? "" : host);
	struct ip ip;

	if (name.length == 0)
		return false;
	if (ip_parse(name.data, name.length, &ip) == 0)
		return true;
	if (strspn(name.data, NAME_BYTES) < name.length)
		return false;
	if (memchr(name.data, '.', name.length) == NULL)
		return true;
	for (size_t i = 0; i < allowed->count; i++)
		if (strcmp(allowed->values[i], "*") == 0 ||
		    (strlen(allowed->values[i]) == name.length &&
		     strncasecmp(allowed->values[i], name.data, name.length) == 0))
			return true;
	return false;
}
