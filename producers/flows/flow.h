/* flow.h - one record of the topic tenure.flows.
 *
 * A flow is one conversation between two endpoints, or one slice of a long one,
 * as one observer saw it. The source is the initiator. docs/schemas describes each
 * field.
 *
 * (1) START is never after END, so the duration is never negative.
 * (2) What was not measured is absent from the record, never zero: ICMP has no
 *     ports, a handshake seen in part has no times, a flow without responses has
 *     no response times.
 */
#ifndef TENURE_FLOW_H
#define TENURE_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/text.h"
#include "common/base/transport.h"
#include "common/base/when.h"
#include "producers/flows/encapsulation.h"

#define FLOW_COMMUNITY_ID_SIZE 31 /* "1:", base64 of 20 bytes, NUL */
#define FLOW_RECORD_MAX 16384     /* bytes: about 2 KiB and up to 3 * FLOW_BUCKETS counts */
#define FLOW_HOSTNAME_SIZE 254    /* RFC 1035: 253, and a NUL */
#define FLOW_INTERFACE_SIZE 64    /* IFNAMSIZ is 16, but a file's name may take its place */
#define FLOW_INTERFACE_UID_SIZE 72

/* Response times are counted in OpenTelemetry's exponential histogram at scale 3:
 * bucket i holds (2^(i/8), 2^((i+1)/8)] nanoseconds. The lowest is -1 (1 ns or less);
 * the highest ends at 2^42 ns, 73 minutes. */
#define FLOW_HISTOGRAM_SCALE 3
#define FLOW_BUCKET_MIN (-1)
#define FLOW_BUCKETS (1 + 42 * 8)

/* As IPFIX 136 (RFC 5102 5.11.3). */
enum flow_end_reason {
	FLOW_IDLE_TIMEOUT,
	FLOW_ACTIVE_TIMEOUT,
	FLOW_END_OF_FLOW,
	FLOW_FORCED_END,
	FLOW_LACK_OF_RESOURCES,
	FLOW_END_REASONS,
};

/* What proves that the source began. */
enum flow_initiator {
	FLOW_BY_SYN,       /* a SYN, a SYN-ACK, or SCTP's INIT and INIT-ACK */
	FLOW_BY_ICMP_TYPE, /* a request, a reply, or a message that has no reply */
	FLOW_BY_FIRST_PACKET, /* it broke a silence of the datagrams' idle time-out; never TCP or SCTP */
	FLOW_BY_NOTHING,      /* not known: the source is the sender of the first packet seen */
};

struct flow_side {
	struct ip ip;
	uint16_t port;
	uint8_t tcp_flags;        /* all that were seen */
	uint32_t retransmissions; /* of TCP, like the next six (tcp.h) */
	uint32_t spurious_retransmissions;
	uint32_t out_of_order;
	uint32_t zero_windows; /* segments that say that the receiver has no room */
	uint32_t resets;       /* segments with RST */
	uint64_t missed_bytes; /* acknowledged by the peer, and not captured */
	uint32_t mss;          /* the option of its SYN, in the slice that has it; 0 for none */
	uint64_t bytes;        /* of IP, header included */
	uint64_t packets;
	uint64_t frame_bytes;
};

/* Measured only when SEEN. */
struct flow_handshake {
	bool seen;
	int64_t rtt_ns;        /* first SYN to the ACK of the SYN-ACK */
	int64_t server_rtt_ns; /* first SYN to first SYN-ACK */
	int64_t client_rtt_ns; /* first SYN-ACK to its ACK */
};

struct flow_response_time {
	uint64_t count;
	uint64_t sum; /* nanoseconds, like MIN and MAX */
	uint64_t min;
	uint64_t max;
	int offset; /* the bucket of counts[0] */
	unsigned buckets;
	uint32_t counts[FLOW_BUCKETS];
};

/* Protocols whose messages are read (l7/). */
enum flow_l7_protocol {
	FLOW_L7_NONE,
	FLOW_L7_HTTP,
	FLOW_L7_HTTP2,
	FLOW_L7_GRPC, /* HTTP/2 with no other requests */
	FLOW_L7_DNS,
	FLOW_L7_REDIS,
	FLOW_L7_KAFKA,
	FLOW_L7_POSTGRESQL,
	FLOW_L7_MYSQL,
	FLOW_L7_TLS, /* its requests cannot be read */
	FLOW_L7_PROTOCOLS,
};

/* Why the counts of messages may be wrong. */
enum flow_l7_reason {
	FLOW_L7_GAP,       /* segments were not captured */
	FLOW_L7_CUT,       /* the capture kept only the start of a frame */
	FLOW_L7_START,     /* the connection's start was not captured */
	FLOW_L7_MALFORMED, /* a message could not be read */
	FLOW_L7_UNMATCHED, /* a response whose request was not seen */
	FLOW_L7_STOPPED,   /* what followed could not be counted */
	FLOW_L7_REASONS,
};

/* Numbers of statuses: HTTP's classes 1xx to 5xx and gRPC's codes, or DNS's response codes. */
#define FLOW_L7_STATUS_GRPC 5
#define FLOW_L7_GRPC_OTHER 17 /* above gRPC's codes, 0 to 16 */
#define FLOW_L7_STATUSES (FLOW_L7_STATUS_GRPC + FLOW_L7_GRPC_OTHER + 1)

struct flow_l7 {
	enum flow_l7_protocol protocol;
	bool from_destination; /* the destination sends the requests */
	uint32_t requests;     /* messages, of the slice like all that follows */
	uint32_t responses;
	uint32_t retries;    /* requests sent again; in no other figure */
	uint32_t unanswered; /* at the end of the connection */
	uint32_t one_way;    /* requests that ask for no response; among REQUESTS */
	uint32_t status[FLOW_L7_STATUSES];
	uint32_t uncertain[FLOW_L7_REASONS];  /* events */
	struct flow_response_time first_byte; /* from the request's last byte, like the next */
	struct flow_response_time last_byte;
};

/* Where the observer was, of the address translation that the packets went through. */
enum flow_translated {
	FLOW_TRANSLATED_UNKNOWN, /* not at all, or not known */
	FLOW_TRANSLATED_LATER,   /* they were seen before it */
	FLOW_TRANSLATED_EARLIER, /* after it */
};

struct flow_address {
	struct ip ip;
	uint16_t port;
};

struct flow_translation {
	enum flow_translated when;
	struct flow_address source, destination; /* on its other side; either may be the same */
};

struct flow {
	struct when start;
	struct when end;
	char community_id[FLOW_COMMUNITY_ID_SIZE];
	uint8_t protocol;
	uint8_t icmp_type; /* of the first packet, like ICMP_CODE */
	uint8_t icmp_code;
	struct flow_side source;
	struct flow_side destination;
	struct flow_handshake handshake;
	uint64_t requests;
	struct flow_response_time response_time;
	struct flow_l7 l7;
	uint64_t id;
	uint32_t slice;  /* 0 for the first */
	uint32_t sample; /* one conversation in so many was metered; 0 or 1: all */
	enum flow_end_reason end_reason;
	enum flow_initiator initiator;
	uint16_t path; /* its number in the paths */
	bool reversed; /* the source is behind the second of its tunnel's ends */
	bool wrapped;  /* packets of it were in a VLAN or a tunnel that PATH does not say */
	/* Set by the meter, like the next; NULL for none. */
	const struct encapsulation *encapsulation;
	struct flow_translation translation;
};

struct flow_observer {
	char hostname[FLOW_HOSTNAME_SIZE];
	char interface_name[FLOW_INTERFACE_SIZE];
	uint32_t interface_id;
	char interface_uid
		[FLOW_INTERFACE_UID_SIZE]; /* metadata.uid of the record that tells of it (links), or "" */
};

/* True for the protocols whose flows have ports: TCP, UDP and SCTP. */
bool flow_has_ports(uint8_t protocol);

/* As the record says it; static text. */
const char *flow_end_reason_name(enum flow_end_reason reason);

/* The bucket of NS nanoseconds. */
int flow_bucket(uint64_t ns);

/* Adds the record to TEXT, without a newline. TEXT must have room for FLOW_RECORD_MAX
 * bytes; the names in OBSERVER must be UTF-8. */
void flow_format(const struct flow *flow, const struct flow_observer *observer, struct text *text);

#endif
