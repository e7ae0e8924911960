#include "producers/flows/interface_groups.h"

#include <fnmatch.h>
#include <string.h>

size_t interface_groups_count(const struct interface_groups *groups)
{
	return groups->names->count + groups->patterns->count;
}

const char *interface_groups_name(const struct interface_groups *groups, size_t at)
{
	size_t names = groups->names->count;

	return at < names ? groups->names->values[at] : groups->patterns->values[at - names];
}

size_t interface_groups_find(const struct interface_groups *groups, const char *name)
{
	size_t names = groups->names->count, at = 0;

	while (at < names && strcmp(groups->names->values[at], name) != 0)
		at++;
	while (at >= names && at + 1 < interface_groups_count(groups) &&
	       fnmatch(groups->patterns->values[at - names], name, 0) != 0)
		at++;
	return at < interface_groups_count(groups) ? at : interface_groups_count(groups) - 1;
}
