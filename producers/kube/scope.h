/* scope.h - what a run covers: everything, some namespaces, or the pods that a selector selects.
 *
 * (1) A NULL scope is everything.
 * (2) One namespace is requested as such, so a Role in it is enough. Of more, everything is requested
 *     and the rest skipped, because the API has no request for some namespaces.
 */
#ifndef TENURE_KUBE_SCOPE_H
#define TENURE_KUBE_SCOPE_H

#include <stdbool.h>

#include "common/base/text.h"
#include "common/base/value.h"
#include "common/program/settings.h"
#include "common/record/kube_event.h"
#include "common/record/kube_resource.h"

struct scope {
	struct settings_list namespaces; /* none: all */
	const char *pod_labels;          /* selectors of pods; NULL for none */
	const char *pod_fields;
};

/* What is wrong with SCOPE, or NULL. */
const char *scope_fault(const struct scope *scope);
/* The one namespace that RESOURCE is requested in, or NULL. */
const char *scope_namespace(const struct scope *scope, enum kube_resource resource);
/* False when OBJECT is in a namespace that is not covered. */
bool scope_has(const struct scope *scope, enum kube_resource resource, struct value object);
/* Adds the scope of RESOURCE, as SYNC_BEGIN has it: an object, {} for everything. That of pods is the
 * scope of the run. */
void scope_add(struct text *out, const struct scope *scope, enum kube_resource resource);
/* True when WRITTEN, of pods, is the same. */
bool scope_is(const struct scope *scope, const struct kube_scope *written);

#endif
