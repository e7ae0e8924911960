/* kube_event_newest.h - when an object was changed last, as far as it tells itself.
 *
 * This stands in for `received` where a record has none and its topic gives none.
 */
#ifndef TENURE_KUBE_EVENT_NEWEST_H
#define TENURE_KUBE_EVENT_NEWEST_H

#include "common/base/when.h"

struct json_object;

/* The greatest text in OBJECT that is an RFC 3339 time; metadata.deletionTimestamp (it
 * lies ahead), labels and annotations do not count, but for the annotation
 * endpoints.kubernetes.io/last-change-trigger-time. WHEN_MIN when there is none. */
struct when kube_event_newest_instant(struct json_object *object);

#endif
