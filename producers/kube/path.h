/* path.h - the requests to the Kubernetes API: lists and watches, and those of a proof. */
#ifndef TENURE_KUBE_PATH_H
#define TENURE_KUBE_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/record/kube_resource.h"
#include "producers/kube/scope.h"

/* Adds the path of a page of a list: the page that TOKEN names or, if it is NULL or empty, the
 * first one, at revision EXACT (0: the newest). */
void path_add_list(struct text *path, enum kube_resource resource, const struct scope *scope,
		   unsigned items, uint64_t exact, const struct text *token);
/* Adds the path of a watch of everything after REVISION. The server ends it after SECONDS. */
void path_add_watch(struct text *path, enum kube_resource resource, const struct scope *scope,
		    uint64_t revision, unsigned seconds);
/* Adds the path of a list of one item that the server answers once its watch cache has reached
 * REVISION; with 0 it answers with the newest revision (KEP-2340). */
void path_add_reached(struct text *path, enum kube_resource resource, const struct scope *scope,
		      uint64_t revision);
/* Adds the path of a watch of everything after REVISION that the server ends after a second. */
void path_add_second(struct text *path, enum kube_resource resource, const struct scope *scope,
		     uint64_t revision);
/* The Accept header of both: metadata only. */
const char *path_accept_metadata(bool list);
/* The Accept header. For replicasets and jobs it asks for the metadata only. */
const char *path_accept(enum kube_resource resource, bool list);
/* True when a server may lack the resource. */
bool path_optional(enum kube_resource resource);
/* "" for the core group, else "apps" and so on, as a rule of RBAC names it. */
const char *path_group(enum kube_resource resource);

#endif
