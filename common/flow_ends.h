/* flow_ends.h - what tagging needs to know of a flow record, and nothing else.
 *
 * Any record with the ECS members below is good, whoever wrote it.  Pure.
 *
 * (1) The record is judged as a whole by scan.h first: what comes out of
 *     flow_ends_read() with FLOW_ENDS_GOOD may be spliced.
 */
#ifndef TENURE_FLOW_ENDS_H
#define TENURE_FLOW_ENDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/ip.h"
#include "common/when.h"

#define FLOW_ENDS_RECORD_MAX \
	(512u * 1024) /* bytes: far more than a flow, and it fits a broker's 1 MiB with its tags */

enum flow_ends_outcome {
	FLOW_ENDS_GOOD,
	FLOW_ENDS_NOT_JSON,
	FLOW_ENDS_NOT_AN_OBJECT,
	FLOW_ENDS_TOO_DEEP,
	FLOW_ENDS_TOO_LARGE,
	FLOW_ENDS_MEMBER_TWICE,
	FLOW_ENDS_MISSING_MEMBER,
	FLOW_ENDS_WRONG_TYPE,
	FLOW_ENDS_WRONG_VALUE,
	FLOW_ENDS_ALREADY_TAGGED,
	FLOW_ENDS_OUTCOMES,
};

struct flow_end {
	struct ip ip;
	int32_t port; /* -1 where there is none */
	bool spoke; /* it sent what no kernel sends without a process (docs/answers.md section 6) */
	bool sent;  /* it sent a packet; without counters the source did, the destination did not */
};

struct flow_ends {
	struct when start; /* event.end where there is no event.start */
	struct when end;
	struct flow_end source;
	struct flow_end destination;
	int transport;        /* IANA protocol number, -1 where there is none */
	size_t closing_brace; /* where the record's object ends */
	bool empty;           /* the object has no members */
};

/* What is wrong with a record. */
struct flow_ends_fault {
	const char *member; /* "event.end", NULL when none is at fault; static */
	const char *detail; /* what would be right; static */
	size_t at;          /* the byte at fault of a text that is not JSON */
};

/* Reads the record BYTES[LENGTH]; *FAULT is filled unless FLOW_ENDS_GOOD. */
enum flow_ends_outcome flow_ends_read(const char *bytes, size_t length, struct flow_ends *ends,
				      struct flow_ends_fault *fault);

/* The IANA number of the transport TEXT, a name ("tcp") or that number; -1 when it is none. */
int flow_ends_transport(const char *text, size_t length);

/* The outcome's name, as the rejected topic and the counters have it: "wrong_type". */
const char *flow_ends_name(enum flow_ends_outcome outcome);

#endif
