#include "common/base/scan_block.h"

#include <stdbool.h>
#include <stddef.h>

struct scan_block scan_block_plain(const char bytes[static SCAN_BLOCK_SIZE])
{
	struct scan_block block = {0, 0};

	for (size_t i = 0; i < SCAN_BLOCK_SIZE; i++) {
		unsigned char c = (unsigned char)bytes[i];
		bool stops = c < 0x20 || c >= 0x80 || c == '"' || c == '\\';
		bool other = c < '0' || c > '9';

		block.stops |= (uint64_t)stops << i;
		block.others |= (uint64_t)other << i;
	}
	return block;
}

#ifdef __SSE2__

#include <emmintrin.h>

#define LANES 16 /* bytes of a vector */

static uint64_t bits(__m128i lanes, size_t at)
{
	return (uint64_t)(unsigned)_mm_movemask_epi8(lanes) << at;
}

struct scan_block scan_block_of(const char bytes[static SCAN_BLOCK_SIZE])
{
	struct scan_block block = {0, 0};

#pragma GCC unroll 4
	for (size_t i = 0; i < SCAN_BLOCK_SIZE; i += LANES) {
		__m128i c = _mm_loadu_si128((const __m128i *)(const void *)(bytes + i));
		/* The comparison is signed, so that bytes from 0x80 are below 0x20. */
		__m128i stops = _mm_cmplt_epi8(c, _mm_set1_epi8(0x20));
		__m128i others = _mm_cmplt_epi8(c, _mm_set1_epi8('0'));

		stops = _mm_or_si128(stops, _mm_cmpeq_epi8(c, _mm_set1_epi8('"')));
		stops = _mm_or_si128(stops, _mm_cmpeq_epi8(c, _mm_set1_epi8('\\')));
		others = _mm_or_si128(others, _mm_cmpgt_epi8(c, _mm_set1_epi8('9')));
		block.stops |= bits(stops, i);
		block.others |= bits(others, i);
	}
	return block;
}

#else

struct scan_block scan_block_of(const char bytes[static SCAN_BLOCK_SIZE])
{
	return scan_block_plain(bytes);
}

#endif
