/* link_outlet.h - the packets of a capture become records of pods' interfaces.
 *
 * The records of a live capture never wait for Kafka: one that finds no room is dropped and counted. Without them the
 * capture goes on.
 *
 * (1) From the same files come the same records, however they are read.
 */
#ifndef TENURE_FLOWS_LINK_OUTLET_H
#define TENURE_FLOWS_LINK_OUTLET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/bus/bus.h"
#include "common/kafka/kafka_queue.h"
#include "producers/flows/interfaces.h"
#include "producers/flows/links/links.h"
#include "producers/flows/packet.h"

struct link_outlet;

struct link_outlet_options {
	const char *address;
	struct bus_options bus;
	bool live;           /* else the times of the packets are the clock */
	const char *cluster; /* printable ASCII, as NODE */
	const char *node;    /* NULL: as the observer */
	bool filtered;       /* a filter leaves packets out */
};

struct link_outlet_stats {
	struct links_stats links;
	uint64_t records; /* whatever became of them */
	bool has_queue;   /* the next two are of one */
	uint64_t dropped; /* there was no room in the queue */
	struct kafka_queue_stats queue;
};

/* Borrows OPTIONS, INTERFACES and LINKS. A live one tells INTERFACES the uid of each that a record tells of. Returns NULL after
 * logging. */
struct link_outlet *link_outlet_open(const struct link_outlet_options *options,
				     struct interfaces *interfaces, struct links *links);
/* COUNT packets of files that are metered: writes what is due at their time. Those of a live capture go to LINKS by
 * themselves (capture_follow()). */
void link_outlet_add(struct link_outlet *outlet, const struct packet *packets, size_t count);
/* Writes what is due. NOW is of the wall clock; SEEN as for links_see(), of which WHEN_MIN says nothing. */
void link_outlet_tend(struct link_outlet *outlet, struct when now, struct when seen);
/* The capture is over at NOW, which is not used for files: writes what was not said yet. From now on a record that finds no
 * room waits until DEADLINE of when_steady(). */
void link_outlet_finish(struct link_outlet *outlet, struct when now, struct when seen,
			struct when deadline);
/* Waits for the broker until DEADLINE of when_steady(). -1 if a record may not be there (logged), now or before. */
int link_outlet_settle(struct link_outlet *outlet, struct when deadline);
struct link_outlet_stats link_outlet_get_stats(const struct link_outlet *outlet);
/* NULL is allowed. -1 if the output failed (logged). */
int link_outlet_close(struct link_outlet *outlet);

#endif
