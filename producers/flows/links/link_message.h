/* link_message.h - one interface, as the kernel's rtnetlink writes it in a message (linux/rtnetlink.h,
 * linux/if_link.h). Pure.
 *
 * (1) Nothing beyond the message is read. Beside conntrack_message.c the only module that uses libmnl.
 */
#ifndef TENURE_FLOWS_LINK_MESSAGE_H
#define TENURE_FLOWS_LINK_MESSAGE_H

#include <endian.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum link_kind {
	LINK_KIND_OTHER,
	LINK_KIND_PAIR,   /* veth or netkit: what enters one end leaves the other */
	LINK_KIND_BRIDGE, /* of the kernel, that keeps no VLANs apart */
};

#define LINK_MAC_SIZE 6
#define LINK_NO_PEER INT32_MIN
#define LINK_PEER_GONE (INT32_MIN + 1)

struct link_message {
	bool gone;      /* RTM_DELLINK: it was deleted, or moved into another network namespace */
	bool passed_by; /* packets may go on before a capture sees them: XDP, and BPF in a netkit */
	unsigned index; /* not 0 */
	char name[IF_NAMESIZE];
	uint64_t mac;    /* of link_mac(); 0 for none */
	unsigned master; /* index of the bridge, bond or VRF that it belongs to; 0 for none */
	enum link_kind kind;
	/* The number, in this network namespace, of that in which the other end is (IFLA_LINK_NETNSID), which
	 * may be negative; LINK_NO_PEER if it is in this one, or there is none; LINK_PEER_GONE if there was one, which is how
	 * the end of a pair begins. */
	int32_t peer_namespace;
	unsigned peer; /* index of the other end if that is in this one; 0 for none */
};

/* Reads the message BYTES[LENGTH], aligned for a struct nlmsghdr. False if it is not about one interface with
 * index and name, or not whole. A message of AF_BRIDGE is about a bridge's port, not about the interface; one of
 * wireless extensions says nothing that is wanted here. */
bool link_message_read(const void *bytes, size_t length, struct link_message *told);

/* Whether the message is of the answer to a request of PORT. A notice has the port of the process that changed the
 * interface, which may be the same number in another network namespace, and is never one of many. HEADER is whole. */
bool link_message_is_answer(const struct nlmsghdr *header, uint32_t port);

/* The six bytes AT in one word, to be compared; link_mac_bytes() gives them back. */
static inline uint64_t link_mac(const uint8_t *at)
{
	uint64_t mac = 0;

	memcpy(&mac, at, LINK_MAC_SIZE);
	return mac;
}

/* The same, where two more bytes may be read. */
static inline uint64_t link_mac_wide(const uint8_t *at)
{
	uint64_t mac;

	memcpy(&mac, at, sizeof(mac));
	return mac & htole64(UINT64_MAX >> (64 - 8 * LINK_MAC_SIZE)); /* the first six in memory */
}

static inline void link_mac_bytes(uint64_t mac, uint8_t bytes[static LINK_MAC_SIZE])
{
	memcpy(bytes, &mac, LINK_MAC_SIZE);
}

#endif
