/* dns.h - queries and responses of DNS (RFC 1035), over UDP and TCP. Pure.
 *
 * A response belongs to the query that has its ID and its question.
 *
 * (1) A query with the ID and question of one that still waits is a retry. The time is from the
 *     first. A server may answer each.
 * (2) The response code is the one of the header, without the part that EDNS adds.
 * (3) If EXCHANGE_MAX queries wait and another comes, the oldest is unanswered.
 */
#ifndef TENURE_FLOWS_L7_DNS_H
#define TENURE_FLOWS_L7_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/l7/exchange.h"
#include "producers/flows/l7/parser.h"
#include "producers/flows/l7/stream.h"

#define DNS_START 80 /* bytes of a message that are looked at: the header and a name's start */

struct dns_side {
	uint32_t left;  /* of the message, after START */
	uint8_t length; /* bytes of START */
	uint8_t start[2 + DNS_START];
};

/* Zero-initialised. SIDE is of TCP only. */
struct dns {
	uint32_t repeated; /* retries whose own response did not come yet */
	bool seen;         /* a message was good */
	struct dns_side side[2];
};

/* True if BYTES, the first CAPTURED of a message of LENGTH bytes, may be one; sets *RESPONSE. */
bool dns_begins(const uint8_t *bytes, size_t captured, size_t length, bool *response);

/* A datagram of LENGTH bytes, the first CAPTURED of which are BYTES. */
enum parser_verdict dns_datagram(struct dns *dns, struct exchange *exchange, const uint8_t *bytes,
				 size_t captured, size_t length, struct when time);
/* Bytes of a TCP connection. */
enum parser_verdict dns_read(struct dns *dns, struct exchange *exchange, bool server,
			     struct stream_piece *piece);

#endif
