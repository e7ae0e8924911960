/* kube_event_newest.h - when an object was last changed, by the times inside it.
 *
 * Used instead of `received` if neither the record nor the topic has one.
 */
#ifndef TENURE_KUBE_EVENT_NEWEST_H
#define TENURE_KUBE_EVENT_NEWEST_H

#include "common/base/when.h"
#include "common/record/kube_object.h"

/* The greatest text in OBJECT that is an RFC 3339 time; metadata.deletionTimestamp (it
 * is in the future), labels and annotations do not count, except the annotation
 * endpoints.kubernetes.io/last-change-trigger-time. WHEN_MIN if there is none. */
struct when kube_event_newest_instant(struct kube_object *object);

#endif
