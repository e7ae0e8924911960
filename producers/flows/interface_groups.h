/* interface_groups.h - the interfaces by the options that ask for them. Pure.
 *
 * Interfaces of pods come and go, each with a name of its own. What is counted of them under the options' values has a
 * bounded number of names, and no sum ever falls.
 *
 * (1) A group is a value of --interface, or a pattern of --interfaces-from with all that match it and no group before it.
 */
#ifndef TENURE_FLOWS_INTERFACE_GROUPS_H
#define TENURE_FLOWS_INTERFACE_GROUPS_H

#include <stddef.h>

#include "common/program/settings.h"
#include "producers/flows/capture.h"

#define INTERFACE_GROUPS_MAX (2 * SETTINGS_LIST_MAX)

struct interface_groups {
	const struct settings_list *names, *patterns;    /* of fnmatch() */
	struct capture_stats gone[INTERFACE_GROUPS_MAX]; /* of the interfaces that are gone */
};

size_t interface_groups_count(const struct interface_groups *groups);
/* The option's value. */
const char *interface_groups_name(const struct interface_groups *groups, size_t at);
/* The group of the interface NAME; the last one if no option asks for it. */
size_t interface_groups_find(const struct interface_groups *groups, const char *name);

#endif
