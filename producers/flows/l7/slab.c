#include "producers/flows/l7/slab.h"

#include <stdlib.h>
#include <string.h>

int slab_init(struct slab *slab, size_t size, size_t count)
{
	*slab = (struct slab){
		.bytes = calloc(count, size),
		.size = size,
		.count = (uint32_t)count,
		.unused = 1,
	};
	return slab->bytes != NULL ? 0 : -1;
}

void slab_clear(struct slab *slab)
{
	free(slab->bytes);
	slab->bytes = NULL;
}

uint32_t slab_take(struct slab *slab)
{
	uint32_t number = slab->free;

	if (number != SLAB_NONE) {
		/* A free block begins with the number of the next one. */
		memcpy(&slab->free, slab_at(slab, number), sizeof(slab->free));
		slab->taken++;
		return number;
	}
	if (slab->unused > slab->count) {
		slab->refused++;
		return SLAB_NONE;
	}
	slab->taken++;
	return slab->unused++;
}

void slab_give(struct slab *slab, uint32_t number)
{
	memcpy(slab_at(slab, number), &slab->free, sizeof(slab->free));
	slab->free = number;
	slab->taken--;
}
