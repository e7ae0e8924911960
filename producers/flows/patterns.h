/* patterns.h - which interfaces are captured on, by shell patterns.
 *
 * A pattern that matches no interface is said once, and once more when it does.
 */
#ifndef TENURE_FLOWS_PATTERNS_H
#define TENURE_FLOWS_PATTERNS_H

#include <stdbool.h>

#include "common/program/settings.h"

struct patterns {
	const struct settings_list *list; /* of fnmatch() */
	bool matched[SETTINGS_LIST_MAX];  /* an interface, at some time */
	bool said[SETTINGS_LIST_MAX];     /* that it matches none */
};

bool patterns_match(struct patterns *patterns, const char *name);
/* All interfaces that are there were matched: says which patterns matched none so far. */
void patterns_say(struct patterns *patterns);

#endif
