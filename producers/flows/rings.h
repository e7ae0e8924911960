/* rings.h - how the memory for the kernel's rings is shared among the interfaces.
 *
 * (1) The rings that exist are never larger together than the total.
 * (2) If interfaces may come later, a part of the total is kept for them: enough for a full node, from
 *     an eighth to a half.
 */
#ifndef TENURE_FLOWS_RINGS_H
#define TENURE_FLOWS_RINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A ring is made of blocks of this size, of which the kernel fills one at a time: what libpcap takes
 * for TPACKET_V3. With two the kernel need not wait while one is read. */
#define RINGS_BLOCK (INT64_C(256) << 10)

struct rings {
	int64_t left;  /* bytes */
	int64_t share; /* of each of the first interfaces */
	int64_t largest;
	size_t first; /* how many of the first are still to come */
};

/* TOTAL bytes for rings of at most LARGEST; FIRST interfaces are opened first. MORE: others may come. */
struct rings rings_of(int64_t total, int64_t largest, size_t first, bool more);

/* Takes the memory of the next interface's ring: whole blocks. Returns its size in bytes, 0 if none is
 * left. */
int64_t rings_take(struct rings *rings);

/* Gives back the SIZE bytes of a ring that was closed. */
void rings_give(struct rings *rings, int64_t size);

#endif
