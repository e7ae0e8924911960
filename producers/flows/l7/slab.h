/* slab.h - a fixed number of blocks of one size, taken and given back by number. Pure.
 *
 * (1) All memory is asked for at the start. What was never taken is never touched, so it costs
 *     no memory until then.
 */
#ifndef TENURE_FLOWS_L7_SLAB_H
#define TENURE_FLOWS_L7_SLAB_H

#include <stddef.h>
#include <stdint.h>

#define SLAB_NONE 0 /* no block has this number */

struct slab {
	unsigned char *bytes;
	size_t size;     /* of a block */
	uint32_t count;  /* blocks, from number 1 on */
	uint32_t unused; /* blocks from here on were never taken */
	uint32_t free;   /* the last one given back */
	uint32_t taken;  /* now */
	uint64_t refused;
};

/* Returns -1 if out of memory. SIZE is a multiple of 8; COUNT at most 2^24. */
int slab_init(struct slab *slab, size_t size, size_t count);
void slab_clear(struct slab *slab);

/* The number of a block, whose bytes have no certain value; SLAB_NONE, and REFUSED grows, if all
 * are taken. */
uint32_t slab_take(struct slab *slab);
void slab_give(struct slab *slab, uint32_t number);

/* The block NUMBER, which was taken. */
static inline void *slab_at(const struct slab *slab, uint32_t number)
{
	return slab->bytes + (size_t)(number - 1) * slab->size;
}

#endif
