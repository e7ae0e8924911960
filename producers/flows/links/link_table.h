/* link_table.h - the interfaces of this network namespace, as the kernel's notices and lists tell of them, and
 * since when each is there. Pure.
 *
 * The kernel writes the notice of an interface that appears to the socket before the interface can be up. So an
 * interface whose notice was not there when all notices had been read was not in use by then, and its SINCE is never too
 * late. If notices were lost, no moment counts as such until a whole list has been read.
 *
 * (1) An instant is right on the wall clock before and after a step of it: the steady clock says how long
 *     it is from one reading to the other, and of the two instants the one counts that claims less. That the clock
 *     is set twice between two readings, forth and back, is not seen.
 * (2) Entries are in the order of their indexes. There are at most MAX; others are counted in REFUSED.
 */
#ifndef TENURE_FLOWS_LINK_TABLE_H
#define TENURE_FLOWS_LINK_TABLE_H

#include "common/base/when.h"
#include "producers/flows/links/link_message.h"

/* One moment on both clocks. */
struct link_clock {
	struct when wall;
	struct when steady;
};

struct link_entry {
	struct link_message told;
	uint64_t
		birth; /* not 0; another one for each interface, also if its index was used before */
	struct when since;    /* it was not there before; WHEN_MIN: it may have been */
	struct when appeared; /* it was there by then */
	unsigned list;        /* the last that it was in */
	bool uplink;          /* it leads out of the node (proc_net.h) */
};

struct link_table {
	struct link_entry *entries;
	size_t count, max;
	uint64_t births;
	uint64_t refused;
	struct link_clock drained; /* the last time at which all was read; wall WHEN_MIN: never */
	unsigned list;             /* counts them */
	bool listing;              /* one is being read */
	bool stale;                /* another one is needed */
};

/* Returns -1 if out of memory. */
int link_table_init(struct link_table *table, size_t max);
void link_table_clear(struct link_table *table);

/* A notice that was read by NOW. */
void link_table_notice(struct link_table *table, const struct link_message *told,
		       struct link_clock now);
/* Notices were lost, by the kernel or otherwise. */
void link_table_lose(struct link_table *table);
/* Every notice that was written by THEN has been read. */
void link_table_drain(struct link_table *table, struct link_clock then);

/* Whether a list should be asked for. */
bool link_table_needs_list(const struct link_table *table);
/* A list is asked for, then each of it read, then its end. WHOLE: the kernel says so. */
void link_table_list(struct link_table *table);
void link_table_listed(struct link_table *table, const struct link_message *told,
		       struct link_clock now);
void link_table_list_end(struct link_table *table, bool whole);

/* The interface NAME leads out of the node, for as long as it is there. */
void link_table_uplink(struct link_table *table, const char *name);

/* NULL if there is none. */
const struct link_entry *link_table_find(const struct link_table *table, unsigned index);
/* What was found missing at NOW was not there from then on. */
struct when link_table_until(const struct link_table *table, struct link_clock now);

#endif
