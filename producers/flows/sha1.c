#include "producers/flows/sha1.h"

#include <endian.h>
#include <string.h>

static uint32_t rotate(uint32_t word, unsigned bits)
{
	return word << bits | word >> (32 - bits);
}

static uint32_t choose(uint32_t b, uint32_t c, uint32_t d)
{
	return d ^ (b & (c ^ d));
}

static uint32_t parity(uint32_t b, uint32_t c, uint32_t d)
{
	return b ^ c ^ d;
}

static uint32_t majority(uint32_t b, uint32_t c, uint32_t d)
{
	return (b & c) | (d & (b | c));
}

/* The five words stay where they are: each step gives them other names instead of
 * moving them (RFC 3174 6.1 d). */
static void step(uint32_t a, uint32_t *b, uint32_t mixed, uint32_t *e, uint32_t added)
{
	*e += rotate(a, 5) + mixed + added;
	*b = rotate(*b, 30);
}

/* Twenty steps, after which each word has its own name again. */
#define ROUND(mix, first, constant)                                              \
	for (const uint32_t *at = w + (first); at < w + (first) + 20; at += 5) { \
		step(a, &b, mix(b, c, d), &e, (constant) + at[0]);               \
		step(e, &a, mix(a, b, c), &d, (constant) + at[1]);               \
		step(d, &e, mix(e, a, b), &c, (constant) + at[2]);               \
		step(c, &d, mix(d, e, a), &b, (constant) + at[3]);               \
		step(b, &c, mix(c, d, e), &a, (constant) + at[4]);               \
	}

void sha1(const uint8_t *bytes, size_t length, uint8_t digest[static SHA1_SIZE])
{
	static const uint32_t start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
					  0xc3d2e1f0};
	uint32_t a = start[0], b = start[1], c = start[2], d = start[3], e = start[4];
	uint8_t block[64] = {0};
	uint32_t w[80];

	memcpy(block, bytes, length);
	block[length] = 0x80;
	memcpy(w, block, sizeof(block));
	for (unsigned t = 0; t < 15; t++)
		w[t] = be32toh(w[t]);
	w[15] = (uint32_t)length * 8;
	for (unsigned t = 16; t < 80; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	ROUND(choose, 0, 0x5a827999)
	ROUND(parity, 20, 0x6ed9eba1)
	ROUND(majority, 40, 0x8f1bbcdc)
	ROUND(parity, 60, 0xca62c1d6)

	const uint32_t hash[5] = {htobe32(start[0] + a), htobe32(start[1] + b),
				  htobe32(start[2] + c), htobe32(start[3] + d),
				  htobe32(start[4] + e)};

	memcpy(digest, hash, SHA1_SIZE);
}
