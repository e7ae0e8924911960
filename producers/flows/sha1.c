#include "producers/flows/sha1.h"

#include <string.h>

#define BLOCK 64

static uint32_t rotate(uint32_t word, unsigned bits)
{
	return word << bits | word >> (32 - bits);
}

static uint32_t load(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static void store(uint32_t word, uint8_t *bytes)
{
	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(word >> (24 - 8 * i));
}

/* The five words stay where they are; each round of five steps renames them in
 * the calls instead (RFC 3174 6.1 d). */
static void step(uint32_t a, uint32_t *b, uint32_t mixed, uint32_t *e, uint32_t added)
{
	*e += rotate(a, 5) + mixed + added;
	*b = rotate(*b, 30);
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

static void add_block(uint32_t hash[static 5], const uint8_t *block)
{
	uint32_t a = hash[0], b = hash[1], c = hash[2], d = hash[3], e = hash[4];
	uint32_t w[80];

	for (unsigned t = 0; t < 16; t++)
		w[t] = load(block + 4 * t);
	for (unsigned t = 16; t < 80; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	for (unsigned t = 0; t < 20; t += 5) {
		step(a, &b, choose(b, c, d), &e, 0x5a827999 + w[t]);
		step(e, &a, choose(a, b, c), &d, 0x5a827999 + w[t + 1]);
		step(d, &e, choose(e, a, b), &c, 0x5a827999 + w[t + 2]);
		step(c, &d, choose(d, e, a), &b, 0x5a827999 + w[t + 3]);
		step(b, &c, choose(c, d, e), &a, 0x5a827999 + w[t + 4]);
	}
	for (unsigned t = 20; t < 40; t += 5) {
		step(a, &b, parity(b, c, d), &e, 0x6ed9eba1 + w[t]);
		step(e, &a, parity(a, b, c), &d, 0x6ed9eba1 + w[t + 1]);
		step(d, &e, parity(e, a, b), &c, 0x6ed9eba1 + w[t + 2]);
		step(c, &d, parity(d, e, a), &b, 0x6ed9eba1 + w[t + 3]);
		step(b, &c, parity(c, d, e), &a, 0x6ed9eba1 + w[t + 4]);
	}
	for (unsigned t = 40; t < 60; t += 5) {
		step(a, &b, majority(b, c, d), &e, 0x8f1bbcdc + w[t]);
		step(e, &a, majority(a, b, c), &d, 0x8f1bbcdc + w[t + 1]);
		step(d, &e, majority(e, a, b), &c, 0x8f1bbcdc + w[t + 2]);
		step(c, &d, majority(d, e, a), &b, 0x8f1bbcdc + w[t + 3]);
		step(b, &c, majority(c, d, e), &a, 0x8f1bbcdc + w[t + 4]);
	}
	for (unsigned t = 60; t < 80; t += 5) {
		step(a, &b, parity(b, c, d), &e, 0xca62c1d6 + w[t]);
		step(e, &a, parity(a, b, c), &d, 0xca62c1d6 + w[t + 1]);
		step(d, &e, parity(e, a, b), &c, 0xca62c1d6 + w[t + 2]);
		step(c, &d, parity(d, e, a), &b, 0xca62c1d6 + w[t + 3]);
		step(b, &c, parity(c, d, e), &a, 0xca62c1d6 + w[t + 4]);
	}
	hash[0] += a;
	hash[1] += b;
	hash[2] += c;
	hash[3] += d;
	hash[4] += e;
}

void sha1(const uint8_t *bytes, size_t length, uint8_t digest[static SHA1_SIZE])
{
	uint32_t hash[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
	uint8_t tail[2 * BLOCK] = {0};
	size_t whole = length / BLOCK * BLOCK;
	size_t rest = length - whole;
	size_t padded = rest + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
	uint64_t bits = (uint64_t)length * 8;

	for (size_t at = 0; at < whole; at += BLOCK)
		add_block(hash, bytes + at);
	if (rest > 0)
		memcpy(tail, bytes + whole, rest);
	tail[rest] = 0x80;
	store((uint32_t)(bits >> 32), tail + padded - 8);
	store((uint32_t)bits, tail + padded - 4);
	for (size_t at = 0; at < padded; at += BLOCK)
		add_block(hash, tail + at);
	for (unsigned i = 0; i < 5; i++)
		store(hash[i], digest + 4 * i);
}
