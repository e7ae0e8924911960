/* tagged_flow.h - reads a record of tenure.flows.tagged. Pure.
 *
 * The bytes become a struct of plain values, or the reason why not and the member at
 * fault. Only members that the graph needs are read, so any flow record with ECS names
 * will do once it is tagged.
 *
 * (1) A record is accepted only if it is valid JSON (RFC 8259) as a whole.
 * (2) A value that does not fit its member here is refused, never cut.
 * (3) A member that is read and occurs twice in its object is refused, because readers disagree
 *     on which one counts.
 */
#ifndef TENURE_TAGGED_FLOW_H
#define TENURE_TAGGED_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/transport.h"
#include "common/base/when.h"
#include "common/record/fault.h"

#define TAGGED_FLOW_NAME_SIZE 254    /* a DNS subdomain (RFC 1123), 253 bytes, and a NUL */
#define TAGGED_FLOW_LABEL_SIZE 64    /* a DNS label, 63 bytes, and a NUL */
#define TAGGED_FLOW_SERVICE_SIZE 128 /* "namespace/name" of two labels and a NUL */
#define TAGGED_FLOW_SERVICES_MAX 32 /* of one end; Kubernetes sets no limit, clusters show 1 to 3 */
#define TAGGED_FLOW_PROTOCOL_SIZE 24 /* "http", "postgresql"; and a NUL */
#define TAGGED_FLOW_BUCKETS_MAX 512  /* scale 3 over all of 64 bits */

enum tagged_flow_status { TAGGED_FLOW_KNOWN, TAGGED_FLOW_UNKNOWN, TAGGED_FLOW_AMBIGUOUS };
enum tagged_flow_kind {
	TAGGED_FLOW_NO_KIND, /* the status is not "known" */
	TAGGED_FLOW_POD,
	TAGGED_FLOW_NODE,
	TAGGED_FLOW_SERVICE,
	TAGGED_FLOW_OUTSIDE,
};

struct tagged_flow_end {
	struct ip ip;
	int32_t port;     /* -1 for none */
	uint64_t bytes;   /* 0 if absent */
	uint64_t packets; /* the same; see has_packets */
	bool has_packets;
	unsigned tcp_flags;       /* enum tcp_flag, 0 if absent */
	uint64_t retransmissions; /* 0 if absent */

	enum tagged_flow_status status;
	char reason[TAGGED_FLOW_LABEL_SIZE]; /* empty when known */
	enum tagged_flow_kind kind;
	char cluster[TAGGED_FLOW_NAME_SIZE];
	char namespace[TAGGED_FLOW_LABEL_SIZE];
	char pod[TAGGED_FLOW_NAME_SIZE];
	char uid[TAGGED_FLOW_NAME_SIZE]; /* of the pod or node */
	char node[TAGGED_FLOW_NAME_SIZE];
	char zone[TAGGED_FLOW_LABEL_SIZE]; /* cloud.availability_zone; empty if absent */
	/* The binding; WHEN_MIN, WHEN_MAX: not known, or not ended. */
	struct when bound_from, bound_to;
	char workload_kind[TAGGED_FLOW_LABEL_SIZE]; /* "deployment"; empty for none */
	char workload[TAGGED_FLOW_NAME_SIZE];
	char service[TAGGED_FLOW_SERVICE_SIZE]; /* "namespace/name"; empty for none */
	char services[TAGGED_FLOW_SERVICES_MAX][TAGGED_FLOW_SERVICE_SIZE];
	size_t service_count;
};

/* Response times. */
struct tagged_flow_times {
	uint64_t count;
	uint64_t sum_ns, min_ns, max_ns;
	/* OpenTelemetry exponential histogram: bucket i counts the values in
	 * (base^(offset + i), base^(offset + i + 1)], base = 2^(2^-scale). */
	int scale;
	int32_t offset;
	size_t bucket_count;
	uint64_t buckets[TAGGED_FLOW_BUCKETS_MAX];
};

/* What the meter read in the payload (l7): requests as their server counts them. Any protocol. */
struct tagged_flow_messages {
	char protocol[TAGGED_FLOW_PROTOCOL_SIZE]; /* empty if none was recognised */
	bool from_destination;                    /* the destination sends the requests */
	bool incomplete;                          /* the counts may be wrong */
	uint64_t requests, responses, retries, unanswered;
	uint64_t errors, client_errors; /* of the responses (message_status.h) */
	struct tagged_flow_times first_byte, last_byte;
};

struct tagged_flow {
	struct when start;
	struct when end;
	char transport[TAGGED_FLOW_LABEL_SIZE]; /* empty if absent */
	struct tagged_flow_end source, destination;
	bool has_handshake;
	uint64_t handshake_ns;             /* from the SYN to the ACK of the SYN-ACK */
	uint64_t requests;                 /* turns */
	struct tagged_flow_times response; /* of turns; not read where messages count */
	struct tagged_flow_messages messages;
	char flow_id[TAGGED_FLOW_NAME_SIZE]; /* empty if absent: the record is a whole flow */
	uint64_t slice;
	bool running_totals; /* flow.final is there: the counters run since the flow's start */
	bool directed;       /* it is proven that the source began */
	char end_reason[TAGGED_FLOW_LABEL_SIZE]; /* "active_timeout"; empty if absent */
	char observer[TAGGED_FLOW_NAME_SIZE];    /* hostname */
	char interface[TAGGED_FLOW_NAME_SIZE];   /* name */
	uint64_t interface_id;

	char topic[TAGGED_FLOW_NAME_SIZE]; /* where the untagged flow is */
	int32_t partition;
	int64_t offset;
	uint64_t revision;
	bool provisional;
};

/* Whether messages were read: not if the payload is encrypted, of a protocol that the meter does not
 * know, or could not be read. */
bool tagged_flow_has_messages(const struct tagged_flow *flow);
/* Whether the requests of FLOW count as messages; else its turns do. They do if messages were read, unless they
 * are incomplete and fewer than the turns show. */
bool tagged_flow_counts_messages(const struct tagged_flow *flow);

/* Reads BYTES[LENGTH] into *FLOW; of its arrays, only what is used is written. Returns -1 with *FAULT filled and *FLOW undefined when it
 * cannot be read. */
int tagged_flow_parse(const char *bytes, size_t length, struct tagged_flow *flow,
		      struct fault *fault);

#endif
