/* kube_status.h - what tenure-kube says of itself: metrics, readiness, and counters in the log. */
#ifndef TENURE_KUBE_STATUS_H
#define TENURE_KUBE_STATUS_H

#include <stdbool.h>

#include "common/http/status.h"
#include "producers/kube/watches.h"

enum kube_phase {
	KUBE_JOINING,     /* who writes is not decided */
	KUBE_STANDING_BY, /* another process does */
	KUBE_RESUMING,    /* this one does, once it has read what is there */
	KUBE_LEADING,
};

#define KUBE_STATUS_STALL_NS \
	(10 *                \
	 NS_PER_SECOND) /* without the output's acknowledgment of a PROGRESS: the broker is away */

struct kube_status {
	enum kube_phase phase;
	const struct watches *watches; /* borrowed; NULL unless KUBE_LEADING */
	struct when known;        /* by the last PROGRESS that the output has; WHEN_MIN: none yet */
	struct when delivered_at; /* when_steady() when it was known to have all */
	struct status_source source;
};

/* STATUS stays where it is: its source points to it. */
void kube_status_init(struct kube_status *status);
/* From now on STATUS is that of WATCHES, of which the output has nothing yet; NULL: of none, in PHASE. */
void kube_status_lead(struct kube_status *status, const struct watches *watches,
		      enum kube_phase phase);
/* The output has all that was written up to now. */
void kube_status_delivered(struct kube_status *status);
/* Logs every counter in one line. */
void kube_status_log(const struct watches *watches);

#endif
