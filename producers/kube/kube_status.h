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

struct kube_status {
	enum kube_phase phase;
	const struct watches *watches; /* borrowed; NULL unless KUBE_LEADING */
	struct status_source source;
};

/* STATUS stays where it is: its source points to it. */
void kube_status_init(struct kube_status *status);
/* Logs every counter in one line. */
void kube_status_log(const struct watches *watches);

#endif
