#include "common/base/brackets.h"

#include <stdint.h>
#include <string.h>

#define BLOCK_SIZE 64

/* The bytes of a block as bits; the lowest is the first. */
struct block {
	uint64_t quotes, escapes, openings, closings;
};

/* What is open where a block begins. */
struct place {
	int depth;
	uint64_t in_string;  /* all bits, or none */
	uint64_t is_escaped; /* the first bit: its first byte */
};

static struct block read_plain(const char *at)
{
	struct block block = {0, 0, 0, 0};

	for (size_t i = 0; i < BLOCK_SIZE; i++) {
		/* With this bit '[' is '{' and ']' is '}'. */
		char bracket = (char)(at[i] | 0x20);

		block.quotes |= (uint64_t)(at[i] == '"') << i;
		block.escapes |= (uint64_t)(at[i] == '\\') << i;
		block.openings |= (uint64_t)(bracket == '{') << i;
		block.closings |= (uint64_t)(bracket == '}') << i;
	}
	return block;
}

#ifdef __SSE2__

#include <emmintrin.h>

#define LANES 16 /* bytes of a vector */

static inline uint64_t equal(__m128i bytes, char byte)
{
	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte)));
}

static struct block read_block(const char *at)
{
	struct block block = {0, 0, 0, 0};

#pragma GCC unroll 4
	for (size_t i = 0; i < BLOCK_SIZE; i += LANES) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
		__m128i brackets = _mm_or_si128(bytes, _mm_set1_epi8(0x20));

		block.quotes |= equal(bytes, '"') << i;
		block.escapes |= equal(bytes, '\\') << i;
		block.openings |= equal(brackets, '{') << i;
		block.closings |= equal(brackets, '}') << i;
	}
	return block;
}

#else
#define read_block read_plain
#endif

/* The bytes that follow a backslash that does not follow one itself. */
static uint64_t escaped(struct place *place, uint64_t escapes)
{
	uint64_t bits = place->is_escaped;

	place->is_escaped = 0;
	for (escapes &= ~bits; escapes != 0;) {
		uint64_t first = escapes & -escapes, next = first << 1;

		bits |= next;
		place->is_escaped = next == 0;
		escapes &= ~(first | next);
	}
	return bits;
}

/* The bytes from each quote on up to the next one. */
static uint64_t in_strings(struct place *place, uint64_t quotes)
{
	for (int shift = 1; shift < 64; shift *= 2)
		quotes ^= quotes << shift;
	quotes ^= place->in_string;
	place->in_string = (quotes >> 63) != 0 ? ~UINT64_C(0) : 0;
	return quotes;
}

/* Returns how many bytes of the block belong to the container, 0 if it does not end in it. */
static size_t end_in(struct place *place, const struct block *block)
{
	uint64_t quotes = block->quotes & ~escaped(place, block->escapes);
	uint64_t strings = in_strings(place, quotes);
	uint64_t openings = block->openings & ~strings, closings = block->closings & ~strings;

	for (uint64_t left = openings | closings; left != 0; left &= left - 1) {
		uint64_t first = left & -left;

		place->depth += (openings & first) != 0 ? 1 : -1;
		if (place->depth == 0)
			return (size_t)__builtin_ctzll(first) + 1;
	}
	return 0;
}

/* gcc -O2 leaves a call for each block. */
static inline __attribute__((always_inline)) const char *find_end(
	const char *at, const char *end, struct block (*read)(const char *at))
{
	struct place place = {0, 0, 0};
	char last[BLOCK_SIZE] = {0};
	struct block block;
	size_t length;

	for (; end - at >= BLOCK_SIZE; at += BLOCK_SIZE) {
		block = read(at);
		length = end_in(&place, &block);
		if (length > 0)
			return at + length;
	}
	memcpy(last, at, (size_t)(end - at));
	block = read(last);
	length = end_in(&place, &block);
	return length > 0 ? at + length : end;
}

const char *brackets_end(const char *at, const char *end)
{
	return find_end(at, end, read_block);
}

const char *brackets_end_plain(const char *at, const char *end)
{
	return find_end(at, end, read_plain);
}
