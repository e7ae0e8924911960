/* translations.h - which address translation (NAT) the packets of a flow went through.
 *
 * A table of conntrack's translated connections, now and a short while ago, found by both of their
 * tuples: the original, as the client wrote it, and the reply, as the server sees it. Pure.
 *
 * Conntrack lets one connection at a time have a tuple in a zone. So a connection is known to have had
 * its tuples, and nobody else, SINCE the last other one with one of them ended, or since events were
 * lost, or since it began; and UNTIL it ended. A flow is its own if
 *
 * (1) the flow began after SINCE; or after any other had begun, with a SYN that a SYN answered, at most
 *     TRANSLATIONS_SYN_NS before this one was there: a SYN that finds the tuple of a closed connection
 *     ends that and begins the next, and is not repeated sooner (RFC 6298 2);
 * (2) the connection was there before the flow ended; or began since the events before were read, and
 *     the flow was answered (of TCP with a SYN), which takes a connection, or ended in silence, so that
 *     who began the connection began the flow;
 * (3) the flow ended TRANSLATIONS_LAG_NS before UNTIL or, if the connection goes on, before the last event
 *     was read, because a packet is captured before conntrack has it. Two only began so early, and
 *     ended before UNTIL: a TCP flow with a FIN each way or a RST, as what comes next begins with a SYN and so another
 *     flow, and a slice of a connection that goes on;
 * (4) it has packets both ways, if the connection is known from a list alone: conntrack does not report the
 *     end of one that began before there was a listener, only the next one with its tuples;
 * (5) no other connection fits, and none of another zone may: a flow does not say its zone.
 *
 * Otherwise nothing is said. Instants are of the wall clock, as those of the packets.
 */
#ifndef TENURE_FLOWS_TRANSLATIONS_H
#define TENURE_FLOWS_TRANSLATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/when.h"
#include "producers/flows/flow.h"
#include "producers/flows/flow_key.h"

#define TRANSLATIONS_MAX (1 << 24) /* connections in a table */
#define TRANSLATIONS_LAG_NS (100 * NS_PER_MS)
#define TRANSLATIONS_SYN_NS (500 * NS_PER_MS)

struct translations;

struct translations_tuple {
	struct ip source, destination;
	uint16_t source_port, destination_port;
};

/* A connection, as conntrack reports it. */
struct translations_connection {
	uint32_t id;
	uint32_t zone; /* of its original direction, and that of the reply << 16; 0 by default */
	uint8_t protocol;
	struct translations_tuple original;
	struct translations_tuple reply; /* its source is who answers */
	struct when began, ended;        /* WHEN_MIN where conntrack does not say (CTA_TIMESTAMP) */
};

struct translations_stats {
	uint64_t tracked;   /* connections, each once */
	uint64_t full;      /* not tracked for want of room */
	uint64_t forgotten; /* ended, and given up for want of room */
	uint64_t lost;      /* times that events were lost */
	uint64_t found;     /* flows with their translation */
	uint64_t unsure;    /* flows that may be of a connection that is here, and have none */
};

/* Keeps up to MAX connections, each for REST_NS after its end. A flow that ends as idle has had no packet for
 * IDLE_NS. Events come from NOW on. SEED is of the hash, random. Returns NULL if out of memory. */
struct translations *translations_new(size_t max, int64_t rest_ns, int64_t idle_ns,
				      const uint64_t seed[static FLOW_KEY_SEED_WORDS],
				      struct when now);
void translations_free(struct translations *table);

/* Conntrack's events, in the order in which they came, read at NOW: a connection began, or ended. */
void translations_begin(struct translations *table, const struct translations_connection *told,
			struct when now);
void translations_end(struct translations *table, const struct translations_connection *told,
		      struct when now);
/* A list of all connections will be asked for at NOW; and one of them, given at NOW. */
void translations_list(struct translations *table, struct when now);
void translations_listed(struct translations *table, const struct translations_connection *told,
			 struct when now);
/* All events sent by NOW were given. */
void translations_drained(struct translations *table, struct when now);
/* Events were lost, somewhere among those that come next. */
void translations_losing(struct translations *table);
/* They were lost, by NOW: what went on is known only once it is listed. */
void translations_lost(struct translations *table, struct when now);

/* Sets the translation of FLOW, which has ports; none if it is not certain. */
void translations_find(struct translations *table, struct flow *flow);

struct translations_stats translations_get_stats(const struct translations *table);

#endif
