/* flows_status.h - what tenure-flows says of itself: metrics, readiness, and counters in the log.
 *
 * It is ready while every packet that it was asked for can become a record that arrives: each interface of --interface is
 * captured, at least one is, and the broker acknowledges records.
 */
#ifndef TENURE_FLOWS_STATUS_H
#define TENURE_FLOWS_STATUS_H

#include "common/http/status.h"
#include "producers/flows/flows_options.h"
#include "producers/flows/loop.h"

#define FLOWS_STATUS_STALL_NS \
	(10 * NS_PER_SECOND) /* without an acknowledgment: the broker is away */

struct flows_status {
	const struct flows_options *options;
	const struct loop *loop; /* set before it runs; NULL while the outputs are opened */
	struct interface_groups groups;
	struct status_source source;
};

/* Borrows OPTIONS. */
void flows_status_init(struct flows_status *status, const struct flows_options *options);

#endif
