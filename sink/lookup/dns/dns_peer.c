#include "sink/lookup/dns/dns_peer.h"

#include <netinet/in.h>
#include <string.h>

struct ip dns_peer_ip(const struct sockaddr_storage *peer)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	uint8_t bytes[4];
	struct ip ip;

	if (peer->ss_family == AF_INET) {
		memcpy(&v4, peer, sizeof(v4));
		memcpy(bytes, &v4.sin_addr, sizeof(bytes));
		return ip_from_v4(bytes);
	}
	memcpy(&v6, peer, sizeof(v6));
	memcpy(ip.bytes, &v6.sin6_addr, sizeof(ip.bytes));
	return ip;
}

bool dns_peer_is_any(const struct ip *ip)
{
	static const uint8_t none[4];
	const struct ip v6 = {{0}}, v4 = ip_from_v4(none);

	return ip_compare(ip, &v6) == 0 || ip_compare(ip, &v4) == 0;
}
