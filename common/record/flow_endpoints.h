/* flow_endpoints.h - the members of a flow record that tagging needs.
 *
 * Reads any record with the ECS members below, whoever wrote it. Pure.
 *
 * (1) scan.h checks the whole record first, so a record that was read can be spliced.
 */
#ifndef TENURE_FLOW_ENDPOINTS_H
#define TENURE_FLOW_ENDPOINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/span.h"
#include "common/base/when.h"
#include "common/record/fault.h"

#define FLOW_ENDPOINTS_RECORD_MAX \
	(512u *                   \
	 1024) /* bytes: far more than a flow, and with its tags less than a broker's 1 MiB */

struct flow_endpoint {
	struct ip ip;
	int32_t port; /* -1 if there is none */
	bool sent;    /* it sent a packet; without counters, true of the source only */
};

/* Ends that a record may name beside its two: what an address translation (NAT) made of them, and what they were
 * before one. */
enum flow_other {
	FLOW_SOURCE_NAT,
	FLOW_DESTINATION_NAT,
	FLOW_SOURCE_ORIGINAL,
	FLOW_DESTINATION_ORIGINAL,
	FLOW_OTHERS,
};

struct flow_endpoints {
	struct when start; /* event.end if there is no event.start */
	struct when end;
	struct flow_endpoint source;
	struct flow_endpoint destination;
	struct flow_endpoint others[FLOW_OTHERS]; /* each with SENT of its source or destination */
	bool has_other[FLOW_OTHERS];              /* it is there, and can be read */
	bool source_began;    /* flow.initiator or, without it, a SYN proves it */
	uint64_t observer;    /* span_hash() of observer.hostname, 0 if there is none */
	uint64_t interface;   /* the same of observer.interface.uid */
	int transport;        /* enum transport or another IANA number */
	size_t closing_brace; /* position of the brace that ends the flow's own members */
	bool empty;           /* the object has no members */
};

/* Reads the record BYTES[LENGTH]. Returns -1 with *FAULT filled when it cannot be tagged. */
int flow_endpoints_read(const char *bytes, size_t length, struct flow_endpoints *ends,
			struct fault *fault);

/* The same for a record with one more member at its end, the object "tenure": *TAGS is that object,
 * borrowed, and CLOSING_BRACE is where the brace was before it was added. */
int flow_endpoints_read_tagged(const char *bytes, size_t length, struct flow_endpoints *ends,
			       struct span *tags, struct fault *fault);

#endif
