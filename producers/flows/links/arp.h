/* arp.h - which address an interface's pod has, by its ARP requests. Pure.
 *
 * A pod asks for its neighbours' MACs, and CNI plug-ins announce its address by a request for that address itself (RFC 5227,
 * section 3), often long before its first packet. A request is for all, so it does not tell its direction: a bridge floods
 * those of others. It is the pod's if it has the MAC that the pod turns out to have.
 */
#ifndef TENURE_FLOWS_ARP_H
#define TENURE_FLOWS_ARP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/when.h"

#define ARP_WAITING_MAX 8

/* Its sender has IP and MAC, which is as in struct link_message. */
struct arp_request {
	uint64_t mac;
	struct ip ip;
	struct when time;
};

/* The earliest of each MAC, while the pod's is not known. Zero-initialised. Those of further MACs are left out: what a pod says is
 * among the first. */
struct arp_waiting {
	uint64_t left_out;
	size_t count;
	struct arp_request list[ARP_WAITING_MAX];
};

/* Reads the Ethernet frame at BYTES[CAPTURED]. False if it is no request of IPv4 with its sender's address, or was
 * sent for another one. The time is not set. */
bool arp_read(const uint8_t *bytes, size_t captured, struct arp_request *request);
void arp_wait(struct arp_waiting *waiting, const struct arp_request *request);
/* That of MAC, or NULL. None waits any longer; it is borrowed until the next call of arp_wait(). */
const struct arp_request *arp_take(struct arp_waiting *waiting, uint64_t mac);

#endif
