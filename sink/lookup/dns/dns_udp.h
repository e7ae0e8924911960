/* dns_udp.h - questions and answers by UDP at one address. */
#ifndef TENURE_DNS_UDP_H
#define TENURE_DNS_UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/lookup/dns/dns_limit.h"
#include "sink/lookup/dns/dns_responder.h"

#define DNS_UDP_WAITING_MAX 256 /* questions that wait for the upstream server */

struct dns_udp_stats {
	uint64_t truncated, dropped; /* by dns_limit.h */
	uint64_t unsent;             /* answers that the system did not take */
	size_t waiting;              /* questions that wait now */
	uint64_t waiting_full;       /* questions for which there was no room to wait */
};

struct dns_udp;

/* What comes to FD, which it closes, is counted by LIMIT, which is borrowed. If FD is bound to EVERY
 * address, an answer comes from the one that was asked. NULL if out of memory. */
struct dns_udp *dns_udp_new(int fd, bool every, struct dns_limit *limit);
void dns_udp_free(struct dns_udp *udp);
int dns_udp_fd(const struct dns_udp *udp);
/* Answers some of the questions that have come. */
void dns_udp_turn(struct dns_udp *udp, struct dns_responder *responder, struct when now);
/* Asks again for what waits. */
void dns_udp_retry(struct dns_udp *udp, struct dns_responder *responder, struct when now);
struct dns_udp_stats dns_udp_stats(const struct dns_udp *udp);

#endif
