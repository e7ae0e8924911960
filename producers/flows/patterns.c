#include "producers/flows/patterns.h"

#include <fnmatch.h>

#include "common/program/log.h"

bool patterns_match(struct patterns *patterns, const char *name)
{
	bool any = false;

	for (size_t i = 0; i < patterns->list->count; i++) {
		if (fnmatch(patterns->list->values[i], name, 0) != 0)
			continue;
		any = true;
		if (patterns->said[i] && !patterns->matched[i])
			log_info("--interfaces-from %s: matches %s now", patterns->list->values[i],
				 name);
		patterns->matched[i] = true;
	}
	return any;
}

void patterns_say(struct patterns *patterns)
{
	for (size_t i = 0; i < patterns->list->count; i++) {
		if (patterns->matched[i] || patterns->said[i])
			continue;
		patterns->said[i] = true;
		log_warn("--interfaces-from %s: no interface matches yet",
			 patterns->list->values[i]);
	}
}
