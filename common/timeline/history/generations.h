/* generations.h - notices that a name was written again.
 *
 * Whatever was rendered from a name remembers the name's generation; once that is another
 * one, the name is looked up again.
 *
 * (1) Names that share a slot are looked up once too often, and never once too rarely.
 */
#ifndef TENURE_GENERATIONS_H
#define TENURE_GENERATIONS_H

#include <stdint.h>

#include "common/base/span.h"
#include "common/timeline/store/rows.h"

#define GENERATIONS 65536

struct generations {
	uint32_t slots[GENERATIONS];
};

/* The generation of NAME in TABLE, which lives as long as GENERATIONS does. */
uint32_t *generations_of(struct generations *generations, enum row_table table, struct span name);

#endif
