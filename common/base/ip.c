#include "common/base/ip.h"

#include <arpa/inet.h>
#include <string.h>

#define V4_BITS_BEFORE 96 /* bits of the v4-mapped prefix */

#define V4_PREFIX 12 /* bytes before an IPv4 address */

/* Reads four decimal numbers without leading zeros, as inet_pton() does, five times as fast. */
static int parse_v4(const char *text, size_t length, uint8_t bytes[static 4])
{
	size_t at = 0;

	for (int i = 0; i < 4; i++) {
		size_t first = at;
		unsigned number = 0;

		while (at < length && at < first + 3 && text[at] >= '0' && text[at] <= '9')
			number = number * 10 + (unsigned)(text[at++] - '0');
		if (at == first || number > 255 || (text[first] == '0' && at > first + 1))
			return -1;
		bytes[i] = (uint8_t)number;
		if (i < 3 && (at == length || text[at++] != '.'))
			return -1;
	}
	return at == length ? 0 : -1;
}

int ip_parse(const char *text, size_t length, struct ip *ip)
{
	char copy[IP_TEXT_SIZE];
	uint8_t bytes[16];

	if (parse_v4(text, length, bytes) == 0) {
		*ip = ip_from_v4(bytes);
		return 0;
	}
	if (length == 0 || length >= sizeof(copy) || memchr(text, '\0', length) != NULL)
		return -1;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (inet_pton(AF_INET6, copy, bytes) != 1)
		return -1;
	memcpy(ip->bytes, bytes, sizeof(bytes));
	return 0;
}

/* Writes NUMBER in decimal. Returns where it ends. */
static char *put_byte(uint8_t number, char *to)
{
	if (number >= 100)
		*to++ = (char)('0' + number / 100);
	if (number >= 10)
		*to++ = (char)('0' + number / 10 % 10);
	*to++ = (char)('0' + number % 10);
	return to;
}

/* As inet_ntop(), which uses sprintf() and takes several times as long. */
static size_t format_v4(const uint8_t bytes[static 4], char *text)
{
	char *to = text;

	for (size_t i = 0; i < 4; i++) {
		to = put_byte(bytes[i], to);
		*to++ = i < 3 ? '.' : '\0';
	}
	return (size_t)(to - text) - 1;
}

size_t ip_format(const struct ip *ip, char text[static IP_TEXT_SIZE])
{
	if (ip_is_v4(ip))
		return format_v4(ip->bytes + V4_PREFIX, text);
	inet_ntop(AF_INET6, ip->bytes, text, IP_TEXT_SIZE);
	return strlen(text);
}

int ip_compare(const struct ip *a, const struct ip *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

uint64_t ip_hash(const struct ip *ip)
{
	uint64_t high, low;

	memcpy(&high, ip->bytes, sizeof(high));
	memcpy(&low, ip->bytes + 8, sizeof(low));
	low ^= high * UINT64_C(0x9e3779b97f4a7c15);
	/* An address's last bytes are the high bits here, so mix them down first. */
	low ^= low >> 32;
	low *= UINT64_C(0xd6e8feb86659fd93);
	low ^= low >> 32;
	low *= UINT64_C(0xd6e8feb86659fd93);
	return low ^ low >> 32;
}

bool ip_among(const struct ip *ip, const struct ip *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (ip_compare(&list[i], ip) == 0)
			return true;
	}
	return false;
}

/* Reads up to three decimal digits. */
static int parse_bits(const char *text, size_t length, unsigned *bits)
{
	unsigned number = 0;

	if (length == 0 || length > 3)
		return -1;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (unsigned)(text[i] - '0');
	}
	*bits = number;
	return 0;
}

int ip_range_parse(const char *text, size_t length, struct ip_range *range)
{
	const char *slash = memchr(text, '/', length);
	size_t address_length = slash != NULL ? (size_t)(slash - text) : length;
	bool dotted = !memchr(text, ':', address_length);
	unsigned bits = 128;
	struct ip base;

	if (ip_parse(text, address_length, &base) < 0)
		return -1;
	if (slash != NULL) {
		if (parse_bits(slash + 1, length - address_length - 1, &bits) < 0)
			return -1;
		if (bits > (dotted ? 32 : 128))
			return -1;
		if (dotted)
			bits += V4_BITS_BEFORE;
	}
	for (unsigned i = 0; i < sizeof(base.bytes); i++) {
		if (bits <= i * 8)
			base.bytes[i] = 0;
		else if (bits < i * 8 + 8)
			base.bytes[i] &= (uint8_t)(0xff << (i * 8 + 8 - bits));
	}
	range->base = base;
	range->bits = bits;
	return 0;
}

bool ip_in_range(const struct ip *ip, const struct ip_range *range)
{
	unsigned whole = range->bits / 8, rest = range->bits % 8;

	/* "::/0" is every IPv6 address and no IPv4 address. */
	if (range->bits < V4_BITS_BEFORE && ip_is_v4(ip))
		return false;
	if (memcmp(ip->bytes, range->base.bytes, whole) != 0)
		return false;
	return rest == 0 || (ip->bytes[whole] ^ range->base.bytes[whole]) >> (8 - rest) == 0;
}

bool ip_is_local_scope(const struct ip *ip)
{
	const uint8_t *b = ip->bytes, *v4 = b + V4_PREFIX;
	static const uint8_t zeros[15] = {0};

	if (ip_is_v4(ip))
		return v4[0] == 0 || v4[0] == 127 || (v4[0] == 169 && v4[1] == 254) ||
		       (v4[0] & 0xf0) == 224 ||
		       (v4[0] == 255 && v4[1] == 255 && v4[2] == 255 && v4[3] == 255);
	return b[0] == 0xff || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80) ||
	       (memcmp(b, zeros, sizeof(zeros)) == 0 && b[15] <= 1);
}

bool ip_is_private(const struct ip *ip)
{
	const uint8_t *v4 = ip->bytes + V4_PREFIX;

	if (!ip_is_v4(ip))
		return (ip->bytes[0] & 0xfe) == 0xfc;
	return v4[0] == 10 || (v4[0] == 172 && (v4[1] & 0xf0) == 16) ||
	       (v4[0] == 192 && v4[1] == 168) || (v4[0] == 100 && (v4[1] & 0xc0) == 64);
}
