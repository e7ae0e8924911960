/* paths.h - numbers for the paths that packets came by: an interface, VLANs, a tunnel.
 *
 * The number takes the place of the interface's in the flow's key, so that equal addresses in two
 * VLANs or two tunnels are two flows. The ends of a tunnel are ordered, so both directions have one
 * path. A path without VLANs and tunnel has the number of its interface.
 *
 * (1) At most MAX others are known. When all are taken, the number of one that had no packet
 *     for REST_NS is used again; if there is none, the packet has its interface's path and is
 *     counted in REFUSED.
 * (2) The numbers depend on the packets alone, never on the seed.
 */
#ifndef TENURE_FLOWS_PATHS_H
#define TENURE_FLOWS_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/encapsulation.h"
#include "producers/flows/flow_key.h"
#include "producers/flows/packet.h"

#define PATHS_MAX 16384 /* the meter's limit, and the highest: 2 MiB */

struct paths;

/* SEED, which is copied, makes the places unpredictable. MAX is from 1 to PATHS_MAX. REST_NS is
 * the longest that a flow can outlive its last packet. Returns NULL if out of memory. */
struct paths *paths_new(const uint64_t seed[static FLOW_KEY_SEED_WORDS], size_t max,
			int64_t rest_ns, bool ignore_vlan);
void paths_free(struct paths *paths);

/* Sets PATH, REVERSED and WRAPPED of PACKET, whose INTERFACE is its number. NOW: flows that were over by then
 * have ended. Returns false if there was no room (1). */
bool paths_set(struct paths *paths, struct packet *packet, struct when now);

/* The interface of path NUMBER, and what else is on it; NULL for nothing. */
uint16_t paths_interface(const struct paths *paths, uint16_t number);
const struct encapsulation *paths_encapsulation(const struct paths *paths, uint16_t number);
uint64_t paths_refused(const struct paths *paths);
/* How many there are, of those that have VLANs or a tunnel. */
size_t paths_known(const struct paths *paths);

#endif
