/* scan_block.h - a block of 64 bytes of a JSON text as bits, one for each byte. Pure.
 *
 * (1) scan_block_of() uses vectors where the compiler's target has them. scan_block_plain()
 *     gives the same bits on any machine.
 */
#ifndef TENURE_SCAN_BLOCK_H
#define TENURE_SCAN_BLOCK_H

#include <stdint.h>

#define SCAN_BLOCK_SIZE 64 /* bytes */

/* The lowest bit is the first byte. */
struct scan_block {
	uint64_t stops;  /* not plain inside a string: '"', '\\', below 0x20, or from 0x80 */
	uint64_t others; /* not one of the digits 0 to 9 */
};

struct scan_block scan_block_of(const char bytes[static SCAN_BLOCK_SIZE]);
struct scan_block scan_block_plain(const char bytes[static SCAN_BLOCK_SIZE]);

#endif
