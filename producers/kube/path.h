/* path.h - the requests of the Kubernetes API that are asked: list, watch, probe. */
#ifndef TENURE_KUBE_PATH_H
#define TENURE_KUBE_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/record/kube_resource.h"

/* The path of a page of a list. EXACT asks for the state at that revision, 0 for the
 * newest; TOKEN, unless it is empty, for the page it stands for. */
void path_add_list(struct text *path, enum kube_resource resource, unsigned items, uint64_t exact,
		   const struct text *token);
/* The path of a watch of everything after REVISION that the server ends after SECONDS. */
void path_add_watch(struct text *path, enum kube_resource resource, uint64_t revision,
		    unsigned seconds);
/* What the Accept header must say; of owners only the metadata is asked for. */
const char *path_accept(enum kube_resource resource, bool list);
/* True when a server, or an account's rights, may lack it. */
bool path_optional(enum kube_resource resource);

#endif
