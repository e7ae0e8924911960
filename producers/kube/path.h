/* path.h - the requests to the Kubernetes API: list, watch, probe. */
#ifndef TENURE_KUBE_PATH_H
#define TENURE_KUBE_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/record/kube_resource.h"

/* Adds the path of a page of a list: the page that TOKEN names or, if it is NULL or empty, the
 * first one, at revision EXACT (0: the newest). */
void path_add_list(struct text *path, enum kube_resource resource, unsigned items, uint64_t exact,
		   const struct text *token);
/* Adds the path of a watch of everything after REVISION. The server ends it after SECONDS. */
void path_add_watch(struct text *path, enum kube_resource resource, uint64_t revision,
		    unsigned seconds);
/* The Accept header. For replicasets and jobs it asks for the metadata only. */
const char *path_accept(enum kube_resource resource, bool list);
/* True when a server may lack the resource, or an account the right to read it. */
bool path_optional(enum kube_resource resource);

#endif
