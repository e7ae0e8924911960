/* flow_endpoints.h - what tagging needs to know of a flow record, and nothing else.
 *
 * Any record with the ECS members below is good, whoever wrote it. Pure.
 *
 * (1) The record is judged as a whole by scan.h first: what comes out of
 *     flow_endpoints_read() with FLOW_ENDPOINTS_GOOD may be spliced.
 */
#ifndef TENURE_FLOW_ENDPOINTS_H
#define TENURE_FLOW_ENDPOINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/when.h"

#define FLOW_ENDPOINTS_RECORD_MAX \
	(512u * 1024) /* bytes: far more than a flow, and it fits a broker's 1 MiB with its tags */

enum flow_endpoints_outcome {
	FLOW_ENDPOINTS_GOOD,
	FLOW_ENDPOINTS_NOT_JSON,
	FLOW_ENDPOINTS_NOT_AN_OBJECT,
	FLOW_ENDPOINTS_TOO_DEEP,
	FLOW_ENDPOINTS_TOO_LARGE,
	FLOW_ENDPOINTS_MEMBER_TWICE,
	FLOW_ENDPOINTS_MISSING_MEMBER,
	FLOW_ENDPOINTS_WRONG_TYPE,
	FLOW_ENDPOINTS_WRONG_VALUE,
	FLOW_ENDPOINTS_ALREADY_TAGGED,
	FLOW_ENDPOINTS_OUTCOMES,
};

struct flow_endpoint {
	struct ip ip;
	int32_t port; /* -1 where there is none */
	bool spoke; /* it sent what no kernel sends without a process (docs/answers.md section 6) */
	bool sent;  /* it sent a packet; without counters the source did, the destination did not */
};

struct flow_endpoints {
	struct when start; /* event.end where there is no event.start */
	struct when end;
	struct flow_endpoint source;
	struct flow_endpoint destination;
	int transport;        /* enum transport or another IANA number */
	size_t closing_brace; /* where the record's object ends */
	bool empty;           /* the object has no members */
};

/* What is wrong with a record. */
struct flow_endpoints_fault {
	const char *member; /* "event.end", NULL when none is at fault; static */
	const char *detail; /* what would be right; static */
	size_t at;          /* the byte at fault of a text that is not JSON */
};

/* Reads the record BYTES[LENGTH]; *FAULT is filled unless FLOW_ENDPOINTS_GOOD. */
enum flow_endpoints_outcome flow_endpoints_read(const char *bytes, size_t length,
						struct flow_endpoints *ends,
						struct flow_endpoints_fault *fault);

/* The outcome's name, as the rejected topic and the counters have it: "wrong_type". */
const char *flow_endpoints_name(enum flow_endpoints_outcome outcome);

#endif
