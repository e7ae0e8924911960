/* conntrack.h - the connections of the kernel's conntrack in this network namespace, as it reports them.
 *
 * Beside list_asker.h the only module that talks to conntrack.
 *
 * (1) Opening needs CAP_NET_ADMIN; after that none is needed (list_asker.h).
 * (2) When events were lost, because more came than the socket holds or the wall clock was set back, all
 *     connections are listed again.
 */
#ifndef TENURE_FLOWS_CONNTRACK_H
#define TENURE_FLOWS_CONNTRACK_H

#include <stddef.h>
#include <stdint.h>

#include "producers/flows/nat/translations.h"

#define CONNTRACK_BUFFER (16 << 20) /* bytes of events that the kernel holds: some 16,000 */

struct conntrack;

/* Begins to listen, and reads what is there. MAX, REST_NS and IDLE_NS are translations_new()'s. Returns NULL
 * and the exit code on failure (logged). */
struct conntrack *conntrack_open(size_t max, int64_t rest_ns, int64_t idle_ns, int *exit_code);
void conntrack_close(struct conntrack *conntrack);

/* Reads what has come. What is logged once: that no more will come. */
void conntrack_read(struct conntrack *conntrack);
/* Its table, NULL of NULL. */
struct translations *conntrack_translations(struct conntrack *conntrack);

#endif
