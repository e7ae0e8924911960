/* generations.h - detects that a name has a new version.
 *
 * What was read of a name is kept with the name's generation, and read again once the
 * generation has changed.
 *
 * (1) Names may share a slot. Then they are read again more often than needed, never less.
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

/* The generation of NAME in TABLE; the pointer is valid as long as GENERATIONS. */
uint32_t *generations_of(struct generations *generations, enum row_table table, struct span name);

#endif
