/* dns_responder.h - the bytes of a question in, the bytes of its answer out.
 *
 * (1) An answer by UDP keeps to dns_packet_udp_limit().
 * (2) Bytes that are no question have no answer.
 */
#ifndef TENURE_DNS_RESPONDER_H
#define TENURE_DNS_RESPONDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/lookup/dns/dns_answer.h"

enum dns_transport { DNS_UDP, DNS_TCP };

enum dns_reply_status {
	DNS_REPLY_READY,
	DNS_REPLY_NONE,  /* (2), or out of memory */
	DNS_REPLY_WAITS, /* for the upstream server: ask again after upstream_turn() returned true */
};

struct dns_reply {
	enum dns_reply_status status;
	const uint8_t *bytes; /* borrowed until the next call */
	size_t length;
};

/* The types of questions that are counted apart; their names are in dns_type_names. */
enum {
	DNS_COUNTED_A,
	DNS_COUNTED_AAAA,
	DNS_COUNTED_PTR,
	DNS_COUNTED_TXT,
	DNS_COUNTED_ANY,
	DNS_COUNTED_OTHER,
	DNS_COUNTED_TYPES,
};
#define DNS_COUNTED_CODES 7 /* dns_code_names has their names */

extern const char *const dns_type_names[DNS_COUNTED_TYPES];
extern const char *const dns_code_names[DNS_COUNTED_CODES];

struct dns_responder_stats {
	uint64_t questions;
	uint64_t cached; /* answers that were given again */
	uint64_t answers[DNS_COUNTED_TYPES][DNS_COUNTED_CODES];
	uint64_t faulty;  /* bytes that have no answer, and FORMERR, NOTIMP and BADVERS */
	uint64_t refused; /* REFUSED */
	uint64_t failed;  /* SERVFAIL */
	size_t kept;      /* answers in the cache */
	uint64_t cut;     /* answers with more records than DNS_RECORDS_MAX or a TXT record takes */
};

struct dns_responder;

/* SOURCE is copied; what it points to is borrowed. NULL after logging. */
struct dns_responder *dns_responder_open(const struct dns_source *source);
void dns_responder_close(struct dns_responder *responder);

/* Answers the question in BYTES. Without MAY_WAIT it never waits. */
struct dns_reply dns_responder_reply(struct dns_responder *responder, const uint8_t *bytes,
				     size_t length, enum dns_transport transport, bool may_wait,
				     struct when now);

/* The answer without records, marked as truncated, to a question by UDP. */
struct dns_reply dns_responder_truncate(struct dns_responder *responder, const uint8_t *bytes,
					size_t length);

struct dns_responder_stats dns_responder_stats(const struct dns_responder *responder);

#endif
