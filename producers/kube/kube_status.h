/* kube_status.h - what tenure-kube says of itself: metrics, readiness, and counters in the log. */
#ifndef TENURE_KUBE_STATUS_H
#define TENURE_KUBE_STATUS_H

#include <stdbool.h>

#include "common/http/status.h"
#include "producers/kube/watches.h"

struct kube_status {
	const struct watches *watches; /* borrowed; NULL while another process writes */
	struct status_source source;
};

/* STATUS stays where it is: its source points to it. */
void kube_status_init(struct kube_status *status);
/* Logs every counter in one line. */
void kube_status_log(const struct watches *watches);

#endif
