/* kube_event_add.h - writes the records of tenure.kube.
 *
 * Each function adds one record without a newline. Its members are, in this order: type,
 * cluster, resource, received, and those of the type.
 */
#ifndef TENURE_KUBE_EVENT_ADD_H
#define TENURE_KUBE_EVENT_ADD_H

#include <stdint.h>

#include "common/base/text.h"
#include "common/base/value.h"
#include "common/base/when.h"
#include "common/record/kube_event.h"
#include "common/record/kube_resource.h"
#include "producers/kube/scope.h"

/* TYPE is ADDED, MODIFIED or DELETED. Writes what prune.h keeps of OBJECT. */
void kube_event_add_object(struct text *out, enum kube_event_type type, const char *cluster,
			   enum kube_resource resource, struct when received, struct value object);
/* TYPE is SYNC_BEGIN or SYNC_END. SYNC_BEGIN has the scope of RESOURCE and, if NEW_EPOCH, says that
 * revisions went back. */
void kube_event_add_sync(struct text *out, enum kube_event_type type, const char *cluster,
			 enum kube_resource resource, struct when received,
			 uint64_t resource_version, const struct scope *scope, bool new_epoch);
void kube_event_add_gap(struct text *out, const char *cluster, enum kube_resource resource,
			struct when received, struct when from, struct when to, const char *reason);

struct kube_progress {
	struct when known;
	uint64_t revisions[KUBE_RESOURCES]; /* 0: it is left out */
	uint64_t proved[KUBE_RESOURCES];    /* left out where it is not greater than in REVISIONS */
	const struct scope *scope;
};

void kube_event_add_progress(struct text *out, const char *cluster, struct when received,
			     const struct kube_progress *progress);

#endif
