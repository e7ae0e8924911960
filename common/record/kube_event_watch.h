/* kube_event_watch.h - reads what records about the watch have, and a SYNC and PROGRESS of objects do. */
#ifndef TENURE_KUBE_EVENT_WATCH_H
#define TENURE_KUBE_EVENT_WATCH_H

#include <stdbool.h>

#include "common/record/kube_event.h"
#include "common/record/kube_reading.h"

/* Where the members of the record are, after the parts of its object. */
enum kube_watch_slot {
	WATCH_REVISION = KUBE_PARTS,
	WATCH_EPOCH,
	WATCH_SCOPE,
	WATCH_FROM,
	WATCH_TO,
	WATCH_REASON,
	WATCH_KNOWN,
	WATCH_REVISIONS,
	WATCH_PROVED,
	KUBE_WATCH_SLOTS, /* the first one after them */
};

/* Reads what a record of EVENT->type has, and nothing of one about an object. */
bool kube_event_watch_take(struct kube_reading *reading, const struct value *found,
			   struct kube_event *event);

#endif
