#include "producers/flows/community_id.h"

#include <string.h>

#include "common/base/transport.h"
#include "producers/flows/sha1.h"

static size_t put_address(uint8_t *bytes, const struct ip *ip)
{
	size_t length = ip_is_v4(ip) ? 4 : 16;

	memcpy(bytes, ip->bytes + 16 - length, length);
	return length;
}

static size_t put_port(uint8_t *bytes, uint16_t port)
{
	bytes[0] = (uint8_t)(port >> 8);
	bytes[1] = (uint8_t)port;
	return 2;
}

/* RFC 4648 section 4 for twenty bytes: 28 letters, the last of them "=". */
static void encode(const uint8_t digest[static SHA1_SIZE], char *text)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (unsigned i = 0; i < SHA1_SIZE; i += 3) {
		uint32_t group = (uint32_t)digest[i] << 16 | (uint32_t)digest[i + 1] << 8;

		if (i + 2 < SHA1_SIZE)
			group |= digest[i + 2];
		*text++ = letters[group >> 18];
		*text++ = letters[group >> 12 & 63];
		*text++ = letters[group >> 6 & 63];
		*text++ = i + 2 < SHA1_SIZE ? letters[group & 63] : '=';
	}
	*text = '\0';
}

/*  0        2                                                      bytes
 *  +--------+-----------+-----------+----------+-----+--------+--------+
 *  | seed 0 | address A | address B | protocol |  0  | port A | port B |
 *  +--------+-----------+-----------+----------+-----+--------+--------+
 *
 * Protocols without ports, ICMP excepted, end after the second 0.
 */
void community_id(const struct flow_key *key, char text[static FLOW_COMMUNITY_ID_SIZE])
{
	struct ip a = flow_key_ip(key, 0), b = flow_key_ip(key, 1);
	uint8_t protocol = flow_key_protocol(key);
	uint8_t bytes[2 + 16 + 16 + 2 + 2 + 2] = {0};
	uint8_t digest[SHA1_SIZE];
	size_t length = 2;

	length += put_address(bytes + length, &a);
	length += put_address(bytes + length, &b);
	bytes[length++] = protocol;
	bytes[length++] = 0;
	if (flow_has_ports(protocol) || protocol == TRANSPORT_ICMP ||
	    protocol == TRANSPORT_ICMPV6) {
		length += put_port(bytes + length, flow_key_port(key, 0));
		length += put_port(bytes + length, flow_key_port(key, 1));
	}
	sha1(bytes, length, digest);
	memcpy(text, "1:", 2);
	encode(digest, text + 2);
}
