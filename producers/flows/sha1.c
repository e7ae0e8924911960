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

/* One step of RFC 3174 6.1 d, without the renaming of the five words. */
static uint32_t step(const uint32_t h[static 5], uint32_t mixed, uint32_t constant, uint32_t word)
{
	return rotate(h[0], 5) + mixed + h[4] + constant + word;
}

static void rename_words(uint32_t h[static 5], uint32_t first)
{
	h[4] = h[3];
	h[3] = h[2];
	h[2] = rotate(h[1], 30);
	h[1] = h[0];
	h[0] = first;
}

static void add_block(uint32_t hash[static 5], const uint8_t *block)
{
	uint32_t w[80], h[5];

	for (unsigned t = 0; t < 16; t++)
		w[t] = load(block + 4 * t);
	for (unsigned t = 16; t < 80; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	memcpy(h, hash, sizeof(h));
	for (unsigned t = 0; t < 20; t++)
		rename_words(h, step(h, (h[1] & h[2]) | (~h[1] & h[3]), 0x5a827999, w[t]));
	for (unsigned t = 20; t < 40; t++)
		rename_words(h, step(h, h[1] ^ h[2] ^ h[3], 0x6ed9eba1, w[t]));
	for (unsigned t = 40; t < 60; t++)
		rename_words(h, step(h, (h[1] & h[2]) | (h[1] & h[3]) | (h[2] & h[3]), 0x8f1bbcdc,
				     w[t]));
	for (unsigned t = 60; t < 80; t++)
		rename_words(h, step(h, h[1] ^ h[2] ^ h[3], 0xca62c1d6, w[t]));
	for (unsigned i = 0; i < 5; i++)
		hash[i] += h[i];
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
