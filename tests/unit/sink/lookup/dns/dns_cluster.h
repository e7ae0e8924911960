/* dns_cluster.h - a small cluster for the tests of the DNS. Times are seconds after
 * 2026-11-23T08:00:00Z; it is known to second 100.
 *
 * Node n1 has 10.0.0.1. Service shop/web has 10.96.0.1 and fd96::1, and the endpoint 10.1.0.1, which is
 * pod shop/web-1 since second 6. The headless service shop/db has the endpoint db-0 at 10.1.0.2 and
 * fd01::2, pod shop/db-0. Pod shop/lone at 10.1.0.3 is in no service and ends at second 60, finished.
 * Pods have addresses in 10.1.0.0/16 and fd01::/64; 10.1.0.9 had none.
 */
#ifndef TENURE_TESTS_DNS_CLUSTER_H
#define TENURE_TESTS_DNS_CLUSTER_H

#include "common/timeline/timeline.h"
#include "sink/lookup/dns/dns_message.h"

#define DNS_CLUSTER_KNOWN 100

struct when dns_cluster_at(int64_t second);
/* An empty timeline that can be asked by name. */
struct timeline *dns_cluster_empty(void);
struct timeline *dns_cluster_open(void);
/* Adds COUNT endpoints of SERVICE from 10.0.0.0 on, which are not pods, in a slice that has 64 of them
 * at a time. COUNT is a multiple of 64. */
void dns_cluster_churn(struct timeline *timeline, const char *service, int count);

/* Writes NAME, "a.b.c" without a last dot, in wire form. Returns its length. */
size_t dns_cluster_wire(const char *name, uint8_t wire[static DNS_NAME_WIRE_MAX]);
/* Writes the question for NAME with id 7, with EDNS (1,232 bytes) or without. Returns its length. */
size_t dns_cluster_packet(const char *name, uint16_t type, bool edns, uint8_t bytes[static 512]);
/* The same question, read. */
struct dns_query dns_cluster_query(const char *name, uint16_t type);

#endif
