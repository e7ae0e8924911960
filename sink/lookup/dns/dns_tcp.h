/* dns_tcp.h - questions and answers by TCP (RFC 7766).
 *
 * (1) At most DNS_TCP_CONNECTIONS_MAX connections are open. When another one comes, the one whose
 *     deadline is next is closed.
 * (2) A connection without a question is closed after DNS_TCP_IDLE_NS. A question must be whole
 *     DNS_TCP_READ_NS after its first byte, and an answer taken after DNS_TCP_IDLE_NS, however many
 *     bytes have moved by then.
 * (3) A connection has at most one answer that is not taken yet; the questions after it wait in the
 *     system's buffer.
 */
#ifndef TENURE_DNS_TCP_H
#define TENURE_DNS_TCP_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/lookup/dns/dns_responder.h"

#define DNS_TCP_CONNECTIONS_MAX 128
#define DNS_TCP_QUESTION_MAX 1024 /* a longer one closes the connection */
#define DNS_TCP_IDLE_NS (10 * NS_PER_SECOND)
#define DNS_TCP_READ_NS (5 * NS_PER_SECOND)

struct dns_tcp_stats {
	uint64_t connections;
	size_t open;        /* of them, now */
	uint64_t displaced; /* closed to make room (1) */
	uint64_t late;      /* closed at their deadline (2) */
	uint64_t too_long;  /* closed for a question of more than DNS_TCP_QUESTION_MAX */
};

struct dns_tcp;

/* RESPONDER is borrowed. NULL if out of memory. */
struct dns_tcp *dns_tcp_new(struct dns_responder *responder);
void dns_tcp_free(struct dns_tcp *tcp);
/* Accepts the connections that have come to LISTENER. */
void dns_tcp_accept(struct dns_tcp *tcp, int listener, struct when now);
/* Fills FDS with what to wait for. Returns how many there are. */
size_t dns_tcp_fds(const struct dns_tcp *tcp, struct pollfd fds[static DNS_TCP_CONNECTIONS_MAX]);
/* Reads, answers and writes what it can, and closes what is over. FDS begin with those of
 * dns_tcp_fds(), after poll(). */
void dns_tcp_turn(struct dns_tcp *tcp, const struct pollfd *fds, size_t count, struct when now);
/* Asks again for what waits for the upstream server. */
void dns_tcp_retry(struct dns_tcp *tcp, struct when now);
struct dns_tcp_stats dns_tcp_stats(const struct dns_tcp *tcp);

#endif
