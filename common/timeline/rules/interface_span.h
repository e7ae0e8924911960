/* interface_span.h - one interface of a pod and an address that it carried (docs/answers.md section 3). Pure. */
#ifndef TENURE_INTERFACE_SPAN_H
#define TENURE_INTERFACE_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"

/* Times are of its node's clock. */
struct interface_span {
	uint64_t uid, node, name, host;  /* hashes; HOST is its meter's, 0 for none */
	struct when first, last;         /* packets from the pod's side with this source */
	struct when any_first, any_last; /* with any of its sources, of either family */
	struct when since;               /* it was not there yet, or WHEN_MIN */
	struct when appeared;            /* it was there by then, or WHEN_MAX */
	struct when until;               /* it was gone, or WHEN_MAX */
	/* Between these no other pod's interface of the node carried it; WHEN_MAX and WHEN_MIN if that
	 * was not said. */
	struct when alone_since, alone_until;
	/* The sequence of its meter's records in which it is open: what that confirms counts as alone
	 * until (store/run_state.h); 0 for none. */
	uint64_t sequence;
	bool several; /* it carried two addresses of a family, so it counts for nothing */
};

bool interface_span_equal(const struct interface_span *a, const struct interface_span *b);
/* From when on it was one sandbox's at the latest: an interface that is there has its address soon. */
struct when interface_span_there(const struct interface_span *span, int64_t skew_ns);
/* Its packets were in the time FROM to TO in which a pod surely had the address: it is that one's. */
bool interface_span_overlaps(const struct interface_span *span, struct when from, struct when to);
/* It may be the interface of a pod that surely had the address from FROM to TO. */
bool interface_span_fits(const struct interface_span *span, struct when from, struct when to,
			 int64_t skew_ns);
/* It carried something before a pod of START_TIME was there. */
bool interface_span_is_older(const struct interface_span *span, struct when start_time,
			     int64_t skew_ns);
/* All that it tells is before HORIZON, and nothing confirms it any more. */
bool interface_span_is_past(const struct interface_span *span, struct when horizon);
/* Two that carried one address did so at the same time. */
bool interface_spans_at_once(const struct interface_span *a, const struct interface_span *b,
			     int64_t skew_ns);
/* Two of one node, A with the earlier first packet, are surely not one interface. */
bool interface_spans_differ(const struct interface_span *a, const struct interface_span *b);
/* If it was alone up to UNTIL, no other pod of its node sent a packet from the address in a flow over
 * [START, END] by the clock of HOST. */
bool interface_span_is_alone(const struct interface_span *span, struct when until, uint64_t host,
			     struct when start, struct when end, int64_t skew_ns);

#endif
