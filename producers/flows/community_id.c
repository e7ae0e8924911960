#include "producers/flows/community_id.h"

#include <string.h>

#include "common/base/transport.h"
#include "producers/flows/sha1.h"

#define NO_ANSWER (-1)

static int icmp_answer(uint8_t type)
{
	switch (type) {
	case 0: /* echo reply */
		return 8;
	case 8:
		return 0;
	case 9: /* router advertisement */
		return 10;
	case 10:
		return 9;
	case 13: /* timestamp */
		return 14;
	case 14:
		return 13;
	case 15: /* information */
		return 16;
	case 16:
		return 15;
	case 17: /* address mask */
		return 18;
	case 18:
		return 17;
	default:
		return NO_ANSWER;
	}
}

static int icmpv6_answer(uint8_t type)
{
	switch (type) {
	case 128: /* echo */
		return 129;
	case 129:
		return 128;
	case 130: /* multicast listener query and report */
		return 131;
	case 131:
		return 130;
	case 133: /* router solicitation and advertisement */
		return 134;
	case 134:
		return 133;
	case 135: /* neighbour solicitation and advertisement */
		return 136;
	case 136:
		return 135;
	case 139: /* who are you */
		return 140;
	case 140:
		return 139;
	case 144: /* home agent address discovery */
		return 145;
	case 145:
		return 144;
	default:
		return NO_ANSWER;
	}
}

bool community_id_icmp_ports(uint8_t protocol, uint8_t type, uint8_t code, uint16_t *source_port,
			     uint16_t *destination_port)
{
	int answer = protocol == TRANSPORT_ICMP ? icmp_answer(type) : icmpv6_answer(type);

	*source_port = type;
	*destination_port = answer == NO_ANSWER ? code : (uint16_t)answer;
	return answer != NO_ANSWER;
}

static size_t put_address(uint8_t *bytes, const struct ip *ip)
{
	if (!ip_is_v4(ip)) {
		memcpy(bytes, ip->bytes, 16);
		return 16;
	}
	memcpy(bytes, ip->bytes + 12, 4);
	return 4;
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
 */
void community_id(const struct ip *a, uint16_t a_port, const struct ip *b, uint16_t b_port,
		  uint8_t protocol, bool ports, char text[static FLOW_COMMUNITY_ID_SIZE])
{
	uint8_t bytes[2 + 16 + 16 + 2 + 2 + 2] = {0};
	uint8_t digest[SHA1_SIZE];
	size_t length = 2;

	length += put_address(bytes + length, a);
	length += put_address(bytes + length, b);
	bytes[length++] = protocol;
	bytes[length++] = 0;
	if (ports) {
		length += put_port(bytes + length, a_port);
		length += put_port(bytes + length, b_port);
	}
	sha1(bytes, length, digest);
	text[0] = '1';
	text[1] = ':';
	encode(digest, text + 2);
}
