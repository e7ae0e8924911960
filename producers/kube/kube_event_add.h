/* kube_event_add.h - writes the records of tenure.kube.
 *
 * Each function adds one record without a newline. Its members are, in this order: type,
 * cluster, resource, received, and those of the type.
 */
#ifndef TENURE_KUBE_EVENT_ADD_H
#define TENURE_KUBE_EVENT_ADD_H

#include <stdint.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "common/record/kube_event.h"
#include "common/record/kube_resource.h"
#include "producers/kube/value.h"

/* TYPE is ADDED, MODIFIED or DELETED. Writes what prune.h keeps of OBJECT. */
void kube_event_add_object(struct text *out, enum kube_event_type type, const char *cluster,
			   enum kube_resource resource, struct when received, struct value object);
/* TYPE is SYNC_BEGIN, whose scope is the whole cluster, or SYNC_END. */
void kube_event_add_sync(struct text *out, enum kube_event_type type, const char *cluster,
			 enum kube_resource resource, struct when received,
			 uint64_t resource_version);
void kube_event_add_gap(struct text *out, const char *cluster, enum kube_resource resource,
			struct when received, struct when from, struct when to, const char *reason);
/* Leaves out revisions that are 0, and those PROVED that are not greater than in REVISIONS. */
void kube_event_add_progress(struct text *out, const char *cluster, struct when received,
			     struct when known, const uint64_t revisions[static KUBE_RESOURCES],
			     const uint64_t proved[static KUBE_RESOURCES]);

#endif
