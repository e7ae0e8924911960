/* dns_packet.h - questions and answers of the DNS as bytes (RFC 1035, EDNS: RFC 6891).
 *
 * (1) An answer is never longer than LIMIT: if its records do not fit, it has none and is marked
 *     as truncated (TC).
 * (2) An answer by UDP has at most DNS_UDP_MAX bytes, and at most DNS_UDP_FACTOR times as many as
 *     its question, so that a forged question is of little use.
 */
#ifndef TENURE_DNS_PACKET_H
#define TENURE_DNS_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "sink/lookup/dns/dns_message.h"

#define DNS_UDP_MAX 1232 /* an IPv6 packet of 1,280 bytes without its headers (DNS flag day 2020) */
#define DNS_UDP_FACTOR 4
#define DNS_TCP_MAX 65535
#define DNS_HEADER_SIZE 12

/* Returns where the labels of the question's name end, at most LENGTH. */
size_t dns_packet_name_end(const uint8_t *bytes, size_t length);

/* Reads a question. One that is faulty has its FAULT set. -1 if BYTES deserve no answer: they are
 * too few for a header, or an answer. */
int dns_packet_read(const uint8_t *bytes, size_t length, struct dns_query *query);

/* How long the answer to QUERY, of LENGTH bytes, may be by UDP (2). */
size_t dns_packet_udp_limit(const struct dns_query *query, size_t length);

/* Sets *BYTES, which the caller frees, to the answer. -1 if out of memory. */
int dns_packet_write(const struct dns_query *query, const struct dns_answer *answer, size_t limit,
		     uint8_t **bytes, size_t *length);

#endif
