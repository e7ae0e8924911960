/* ip.h - an IP address as sixteen bytes.
 *
 * IPv4 addresses are in v4-mapped form (RFC 4291 2.5.5.2), so that one comparison and one key
 * serve both families. Pure.
 */
#ifndef TENURE_IP_H
#define TENURE_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct ip {
	uint8_t bytes[16];
};

struct ip_range {
	struct ip base;
	unsigned bits; /* 0-128, counted over the sixteen bytes */
};

#define IP_TEXT_SIZE 46 /* INET6_ADDRSTRLEN */

/* Reads TEXT[LENGTH]. A v4-mapped IPv6 text is the IPv4 address. Returns -1 and leaves *IP
 * alone if it is not an address; zones and prefixes are refused. */
int ip_parse(const char *text, size_t length, struct ip *ip);

/* Writes the text form (RFC 5952 for IPv6) and a NUL. Returns the length without the NUL. */
size_t ip_format(const struct ip *ip, char text[static IP_TEXT_SIZE]);

static inline struct ip ip_from_v4(const uint8_t bytes[static 4])
{
	struct ip ip = {{[10] = 0xff, 0xff}};

	memcpy(ip.bytes + 12, bytes, 4);
	return ip;
}

static inline bool ip_is_v4(const struct ip *ip)
{
	static const uint8_t prefix[12] = {[10] = 0xff, 0xff};

	return memcmp(ip->bytes, prefix, sizeof(prefix)) == 0;
}

int ip_compare(const struct ip *a, const struct ip *b);
/* For tables of addresses. */
uint64_t ip_hash(const struct ip *ip);
bool ip_among(const struct ip *ip, const struct ip *list, size_t count);

/* It means something else on each host or link, or to nobody: loopback, link-local, multicast,
 * unspecified or broadcast (RFC 6890, RFC 4291). */
bool ip_is_local_scope(const struct ip *ip);
/* Of a private network: 10/8, 172.16/12, 192.168/16 (RFC 1918), 100.64/10 (RFC 6598), fc00::/7 (RFC
 * 4193). */
bool ip_is_private(const struct ip *ip);

/* Reads "10.0.0.0/16" or "fd00::/8"; a single address is a range of one. Clears the bits after the
 * prefix. Returns -1 if it is not a range. */
int ip_range_parse(const char *text, size_t length, struct ip_range *range);
/* An IPv6 range contains no IPv4 addresses, not even "::/0". */
bool ip_in_range(const struct ip *ip, const struct ip_range *range);

#endif
