/* refused.h - the interfaces that could not be opened and are not tried again. */
#ifndef TENURE_FLOWS_REFUSED_H
#define TENURE_FLOWS_REFUSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REFUSED_MAX 1024

/* Zeros: none so far. */
struct refused {
	uint64_t count;               /* in all */
	uint64_t births[REFUSED_MAX]; /* of struct link_entry, the last of them */
};

static inline bool refused_has(const struct refused *refused, uint64_t birth)
{
	for (size_t i = 0; i < refused->count && i < REFUSED_MAX; i++) {
		if (refused->births[i] == birth)
			return true;
	}
	return false;
}

/* A full list forgets its oldest interface, which is then tried and counted again. */
static inline void refused_add(struct refused *refused, uint64_t birth)
{
	refused->births[refused->count++ % REFUSED_MAX] = birth;
}

#endif
