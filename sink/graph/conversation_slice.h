/* conversation_slice.h - one record, by what the graph needs of it.
 *
 * A flow is one slice, or several when it is long.
 */
#ifndef TENURE_CONVERSATION_SLICE_H
#define TENURE_CONVERSATION_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/when.h"
#include "sink/graph/tagged_flow.h"

struct conversation;

enum conversation_error {
	CONVERSATION_FINE,
	CONVERSATION_REFUSED,    /* a SYN answered by RST, never by SYN */
	CONVERSATION_UNANSWERED, /* not one packet came back; not said of ICMP */
	CONVERSATION_RESET,      /* RST by either side, later */
};

/* Names are hashes, 0 for none. */
struct conversation_slice {
	struct conversation *owner;
	struct conversation_slice *index_next; /* the table's */

	uint64_t topic; /* where the flow stands; identity together with the next two */
	int64_t offset;
	int32_t partition;
	int32_t server_port; /* -1 for none */
	uint64_t revision;

	struct when start;
	struct when end;
	struct ip server_ip;
	int32_t client, server; /* nodes of the graph */
	uint64_t cluster;
	uint64_t holder;  /* of the source */
	uint64_t service; /* that the destination's address or node port stands for */
	unsigned stage;   /* of the choice of a pod: 2 at a service's address, 1 at a node port */
	uint64_t observer;
	uint64_t flow;  /* observer and flow.id; unique where there is no flow.id */
	bool at_client; /* the observer's host is the source's node */
	bool tcp;
	bool answers; /* of its transport an answer is to be expected */
	bool has_packets;
	bool provisional;
	unsigned source_flags, destination_flags; /* enum tcp_flag */

	uint64_t source_bytes, destination_bytes;
	uint64_t source_packets, destination_packets;
	uint64_t requests;
	uint64_t response_count, response_sum_ns, response_min_ns, response_max_ns;
	int scale;
	int32_t first_bucket;

	/* Set by conversation_choose(). */
	bool counted;
	bool ends_flow; /* the last counted slice of its flow, which carries the flow's ERROR */
	enum conversation_error error;

	size_t service_count;
	size_t bucket_count;
	/* The services of the destination, the histogram's counts, then hostname and
	 * interface name with their NULs. */
	uint64_t words[];
};

/* A new slice of FLOW between the nodes CLIENT and SERVER; NULL without memory. */
struct conversation_slice *conversation_slice_new(const struct tagged_flow *flow, int32_t client,
						  int32_t server);
void conversation_slice_free(struct conversation_slice *slice);
const uint64_t *conversation_slice_buckets(const struct conversation_slice *slice);
/* Hostname and interface name, each with its NUL. */
const char *conversation_slice_observer(const struct conversation_slice *slice);

#endif
