/* fragments.h - the ports of a fragmented packet, for its later fragments.
 *
 * Only the first fragment carries the transport header. A table of fixed size
 * keeps its ports, so that the later ones count to the same flow.
 *
 * (1) A newer packet takes the place of an older one that falls on the same slot;
 *     fragments whose ports are lost that way are counted by the caller.
 */
#ifndef TENURE_FLOWS_FRAGMENTS_H
#define TENURE_FLOWS_FRAGMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "producers/flows/packet.h"

#define FRAGMENTS_MAX 4096                     /* packets remembered at once: 300 KiB */
#define FRAGMENTS_LIFE_NS INT64_C(30000000000) /* as Linux waits for the rest (ipfrag_time) */

struct fragments;

/* SEED makes the slots unforeseeable. NULL when there is no memory. */
struct fragments *fragments_new(uint64_t seed);
void fragments_free(struct fragments *fragments);

/* Remembers a first fragment, completes a later one. False when PACKET is a
 * later fragment whose first is not remembered. */
bool fragments_resolve(struct fragments *fragments, struct packet *packet);

#endif
