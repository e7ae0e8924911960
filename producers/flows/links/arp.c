#include "producers/flows/links/arp.h"

#include <string.h>

#include "producers/flows/links/link_message.h"

/* RFC 826: hardware and protocol, their addresses' lengths, the operation; after the Ethernet header. */
static const uint8_t request_of_ipv4[] = {0x08, 0x06, 0, 1, 0x08, 0, LINK_MAC_SIZE, 4, 0, 1};

#define TYPE_AT (2 * (size_t)LINK_MAC_SIZE)
#define SENDER_AT (TYPE_AT + sizeof(request_of_ipv4))
#define SENDER_IP_AT (SENDER_AT + LINK_MAC_SIZE)
#define TARGET_AT (SENDER_IP_AT + 4)

bool arp_read(const uint8_t *bytes, size_t captured, struct arp_request *request)
{
	const uint8_t *source = bytes + LINK_MAC_SIZE;

	if (captured < TARGET_AT ||
	    memcmp(bytes + TYPE_AT, request_of_ipv4, sizeof(request_of_ipv4)) != 0 ||
	    memcmp(bytes + SENDER_AT, source, LINK_MAC_SIZE) != 0)
		return false;
	request->mac = link_mac(source);
	request->ip = ip_from_v4(bytes + SENDER_IP_AT);
	return request->mac != 0 && !ip_is_local_scope(&request->ip);
}

void arp_wait(struct arp_waiting *waiting, const struct arp_request *request)
{
	for (size_t i = 0; i < waiting->count; i++) {
		if (waiting->list[i].mac == request->mac)
			return;
	}
	if (waiting->count < ARP_WAITING_MAX)
		waiting->list[waiting->count++] = *request;
	else
		waiting->left_out++;
}

const struct arp_request *arp_take(struct arp_waiting *waiting, uint64_t mac)
{
	size_t count = waiting->count;

	waiting->count = 0;
	for (size_t i = 0; i < count; i++) {
		if (waiting->list[i].mac == mac)
			return &waiting->list[i];
	}
	return NULL;
}
