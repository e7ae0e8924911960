/* fragments.h - the ports of a fragmented packet, for its later fragments.
 *
 * Only the first fragment carries the transport header. A table of fixed size
 * remembers it, so that the later fragments count towards the same flow.
 *
 * (1) A newer packet replaces an older one in the same slot. The caller counts the
 *     fragments that lose their ports that way.
 */
#ifndef TENURE_FLOWS_FRAGMENTS_H
#define TENURE_FLOWS_FRAGMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "producers/flows/flow_key.h"
#include "producers/flows/packet.h"

#define FRAGMENTS_MAX 4096                     /* packets remembered at once: 400 KiB */
#define FRAGMENTS_LIFE_NS INT64_C(30000000000) /* as long as Linux waits (ipfrag_time) */

struct fragments;

/* SEED, which is copied, makes the slots unpredictable. Returns NULL if out of memory. */
struct fragments *fragments_new(const uint64_t seed[static FLOW_KEY_SEED_WORDS]);
void fragments_free(struct fragments *fragments);

/* Remembers a first fragment and completes a later one. Returns false for a later
 * fragment whose first is not remembered. */
bool fragments_resolve(struct fragments *fragments, struct packet *packet);

#endif
