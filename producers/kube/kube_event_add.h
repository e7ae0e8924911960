/* kube_event_add.h - writes the records of tenure.kube.
 *
 * Each function adds one record without a newline. The members stand in one order:
 * type, cluster, resource, received, and what the type adds.
 */
#ifndef TENURE_KUBE_EVENT_ADD_H
#define TENURE_KUBE_EVENT_ADD_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "common/record/kube_event.h"
#include "common/record/kube_resource.h"

/* TYPE is ADDED, MODIFIED or DELETED; OBJECT[LENGTH] is the object's JSON text. */
void kube_event_add_object(struct text *out, enum kube_event_type type, const char *cluster,
			   enum kube_resource resource, struct when received, const char *object,
			   size_t length);
/* The scope written is the whole cluster. */
void kube_event_add_sync_begin(struct text *out, const char *cluster, enum kube_resource resource,
			       struct when received, uint64_t resource_version);
void kube_event_add_sync_end(struct text *out, const char *cluster, enum kube_resource resource,
			     struct when received, uint64_t resource_version);
void kube_event_add_gap(struct text *out, const char *cluster, enum kube_resource resource,
			struct when received, struct when from, struct when to, const char *reason);
/* Resources whose revision is 0 are left out. */
void kube_event_add_progress(struct text *out, const char *cluster, struct when received,
			     struct when known, const uint64_t revisions[static KUBE_RESOURCES]);

#endif
