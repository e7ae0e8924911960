/* uplink.h - the interface that leads out of the node: that of a default route. Pure.
 *
 * In a node that is a container itself (kind), or a network namespace, it is one end of a pair, as a pod's is. The kernel's
 * tables of routes are text: /proc/net/route and /proc/net/ipv6_route (proc(5), net/ipv4/fib_trie.c, net/ipv6/route.c).
 */
#ifndef TENURE_FLOWS_UPLINK_H
#define TENURE_FLOWS_UPLINK_H

#include <net/if.h>
#include <stdbool.h>

/* Whether LINE, of either table, is a default route that is up. Then sets NAME to its interface's, which is not lo. */
bool uplink_read(const char *line, char name[static IF_NAMESIZE]);

#endif
