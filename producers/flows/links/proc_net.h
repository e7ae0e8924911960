/* proc_net.h - lines of the kernel's tables in /proc/net (proc(5); net/core/net-procfs.c, net/ipv4/fib_trie.c,
 * net/ipv6/route.c). Pure.
 */
#ifndef TENURE_FLOWS_PROC_NET_H
#define TENURE_FLOWS_PROC_NET_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/* Whether LINE of /proc/net/route or /proc/net/ipv6_route is a default route that is up. Then sets NAME to its interface's, which is
 * not lo. */
bool proc_net_default_route(const char *line, char name[static IF_NAMESIZE]);

/* Whether LINE of /proc/net/dev is about an interface. Then sets NAME to its name, and *PACKETS to how many it has received. */
bool proc_net_received(const char *line, char name[static IF_NAMESIZE], uint64_t *packets);

#endif
