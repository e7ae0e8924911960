/* fragments.h - the fragments of one packet, brought together in its flow.
 *
 * Only the first fragment carries the ports. It is remembered for the later ones. A later fragment
 * that was captured before the first, as a sender gives that begins with the last, is held back
 * until the first is there.
 *
 * (1) What becomes of a fragment depends on the packets alone, never on the seed.
 * (2) Each fragment is handed out once, or counted in FRAGMENTS_ALONE.
 * (3) The tables have limits. When one is full, the packet whose fragments were seen first is
 *     given up.
 */
#ifndef TENURE_FLOWS_FRAGMENTS_H
#define TENURE_FLOWS_FRAGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/flow_key.h"
#include "producers/flows/packet.h"

#define FRAGMENTS_MAX 8192                     /* the meter's limit: 1 MiB */
#define FRAGMENTS_LIFE_NS INT64_C(30000000000) /* as long as Linux waits (ipfrag_time) */

struct fragments;

struct fragments_stats {
	uint64_t alone;     /* later fragments whose first did not come in time */
	uint64_t forgotten; /* packets given up before FRAGMENTS_LIFE_NS, for want of room */
	size_t known;       /* packets that were fragmented, now */
};

/* SEED, which is copied, makes the places unpredictable. At most MAX packets are known at once, and at
 * most MAX fragments held back; it is not 0. Returns NULL if out of memory. */
struct fragments *fragments_new(const uint64_t seed[static FLOW_KEY_SEED_WORDS], size_t max);
void fragments_free(struct fragments *fragments);

/* Takes a fragment. Returns true if it can be counted now: a later one has been given the ports of
 * the first. After a first fragment call fragments_release(). */
bool fragments_take(struct fragments *fragments, struct packet *packet);

/* Sets *PACKET to the next of the fragments that were held back for the first fragment last taken;
 * it is older than that one. Returns false when none is left. */
bool fragments_release(struct fragments *fragments, struct packet *packet);

/* At the end of the input: gives up what is held back. */
void fragments_finish(struct fragments *fragments);
struct fragments_stats fragments_get_stats(const struct fragments *fragments);

#endif
