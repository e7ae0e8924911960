#include "common/base/hash.h"

#include <string.h>

#define LANES 4 /* multiplications that do not wait for each other */

static uint64_t finish(uint64_t hash)
{
	hash = (hash ^ (hash >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	return hash ^ (hash >> 31);
}

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
	return finish(hash);
}

/* A bijection of HASH and one of WORD. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

uint64_t hash_quick(uint64_t hash, const void *bytes, size_t length)
{
	const unsigned char *at = bytes, *end = at + length;
	uint64_t lanes[LANES] = {hash, hash + 1, hash + 2, hash + 3}, word;

	for (; (size_t)(end - at) >= sizeof(lanes); at += sizeof(lanes)) {
		for (size_t l = 0; l < LANES; l++) {
			memcpy(&word, at + l * sizeof(word), sizeof(word));
			lanes[l] = mix(lanes[l], word);
		}
	}
	hash = mix(lanes[0], length);
	for (size_t l = 1; l < LANES && length >= sizeof(lanes); l++)
		hash = mix(hash, lanes[l]);
	for (; at < end; at += sizeof(word)) {
		size_t left = (size_t)(end - at) < sizeof(word) ? (size_t)(end - at) : sizeof(word);

		word = 0;
		memcpy(&word, at, left);
		hash = mix(hash, word);
		if (left < sizeof(word))
			break;
	}
	return finish(hash);
}

uint64_t hash_text(uint64_t hash, const char *text)
{
	return hash_bytes(hash, text, strlen(text) + 1);
}
