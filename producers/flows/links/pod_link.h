/* pod_link.h - whether an interface is the node's end of a pod's, and from what its packets' direction is told. Pure.
 *
 * A pod's is a veth, or netkit, whose other end is in another network namespace, and which does not lead out of the node. Macvlan and ipvlan have no end of
 * their own on the node, and of a tunnel or a VF nothing says that one pod alone is behind it.
 */
#ifndef TENURE_FLOWS_POD_LINK_H
#define TENURE_FLOWS_POD_LINK_H

#include "producers/flows/links/direction.h"
#include "producers/flows/links/link_table.h"

/* The MACs of ENTRY, which is in TABLE; zeros if it is no pod's. */
struct direction pod_link_macs(const struct link_table *table, const struct link_entry *entry);

/* Whether ENTRY may be the end of a pod's interface. */
bool pod_link_may_be(const struct link_table *table, const struct link_entry *entry);

#endif
