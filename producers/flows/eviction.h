/* eviction.h - which flow makes room for another when the table is full.
 *
 * Embryonic flows go first, the oldest of them before the others: those of which no more was seen
 * than a flood of forged packets gives. Then goes the flow that has been silent longest.
 *
 * Items are numbered. An item that was filed stays where it is when its flow has more packets; it
 * is moved when it comes first (eviction_is_stale()). So a packet costs nothing, and each move is
 * paid for by a packet.
 *
 * (1) The order depends on the calls alone.
 * (2) Of the items that are filed, one that comes first and is not stale was silent longest, to
 *     within 1/512 of SPAN_NS.
 */
#ifndef TENURE_FLOWS_EVICTION_H
#define TENURE_FLOWS_EVICTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"

#define EVICTION_NONE UINT32_MAX

struct eviction;

/* For items 0 to SIZE - 1, of 8 bytes each, none of which is silent for longer than SPAN_NS.
 * Returns NULL if out of memory. */
struct eviction *eviction_new(size_t size, int64_t span_ns);
void eviction_free(struct eviction *eviction);

/* ITEM, which is not there, is embryonic. */
void eviction_add(struct eviction *eviction, uint32_t item);
/* ITEM, which is there, is not embryonic; its flow's last packet came at LAST. */
void eviction_file(struct eviction *eviction, uint32_t item, struct when last);
void eviction_remove(struct eviction *eviction, uint32_t item);

/* The item that goes first; EVICTION_NONE if there is none. */
uint32_t eviction_first(struct eviction *eviction);
/* True if ITEM, which comes first and is not embryonic, had a packet at LAST, after others were
 * filed: it must be filed again. */
bool eviction_is_stale(const struct eviction *eviction, struct when last);

/* The item that probably goes after ITEM, which comes first or soon; EVICTION_NONE if that is not known, or if ITEM
 * is that. */
uint32_t eviction_after(const struct eviction *eviction, uint32_t item);
/* Fetches the memory that eviction_remove() will need for ITEM. */
void eviction_prefetch(const struct eviction *eviction, uint32_t item);

/* Nothing is there; the items that come may be older than those before. */
void eviction_reset(struct eviction *eviction);

#endif
