/* name.h - the name of a service, pod or node, and whose it is. Pure. */
#ifndef TENURE_LOOKUP_NAME_H
#define TENURE_LOOKUP_NAME_H

#include <stdbool.h>

#include "common/base/span.h"
#include "common/timeline/timeline.h"

struct lookup_name {
	enum timeline_name_kind kind; /* TIMELINE_SERVICE, _POD or _NODE */
	struct span full_name;        /* "namespace/name"; of a node its name */
};

/* "service", "pod" or "node"; static text. */
const char *lookup_name_kind(enum timeline_name_kind kind);

/* Whether the full name has the parts that its kind needs. */
bool lookup_name_is_good(const struct lookup_name *name);

/* Whether the address that ANSWER is about has the name: it is known that the service, pod or node
 * holds it, or that its holder is in the service (docs/answers.md section 7). */
bool lookup_name_is_of(const struct lookup_name *name, const struct timeline_answer *answer);
/* The same of a tenure: its holder is, or was at some time in it, what has the name. */
bool lookup_name_is_of_binding(const struct lookup_name *name,
			       const struct timeline_binding *binding);

#endif
