/* name_versions.h - caches versions of owners' and nodes' names, which many pods share.
 *
 * A name has one place; another name with the same place takes it. So it needs no more than
 * NAME_VERSIONS rows of at most NAME_VERSION_BYTES.
 */
#ifndef TENURE_NAME_VERSIONS_H
#define TENURE_NAME_VERSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/timeline/store/rows.h"

#define NAME_VERSIONS 16384
#define NAME_VERSION_BYTES 1024 /* of a row and its name; longer ones are not cached */

/* What the positions from FROM_OFFSET to before UNTIL_OFFSET see of a name. */
struct name_version {
	enum row_table table;
	struct span name;
	uint32_t generation;
	uint64_t from_offset, until_offset;
	bool there;
	struct span row; /* empty unless THERE */
};

struct name_versions;

/* NULL if out of memory. */
struct name_versions *name_versions_new(void);
void name_versions_free(struct name_versions *cache);
void name_versions_clear(struct name_versions *cache);

/* What is cached of NAME for POSITION, borrowed until the next call; NULL if nothing is, or it is of
 * another generation. */
const struct name_version *name_versions_find(const struct name_versions *cache,
					      enum row_table table, struct span name,
					      uint32_t generation, uint64_t position);
/* Caches a copy of VERSION. Without memory nothing is cached. */
void name_versions_add(struct name_versions *cache, const struct name_version *version);

#endif
