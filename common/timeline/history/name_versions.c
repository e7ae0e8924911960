#include "common/timeline/history/name_versions.h"

#include <stdlib.h>
#include <string.h>

struct name_versions {
	struct name_version *places[NAME_VERSIONS]; /* each one block with its texts */
};

struct name_versions *name_versions_new(void)
{
	return calloc(1, sizeof(struct name_versions));
}

static size_t place_of(enum row_table table, struct span name)
{
	return (span_hash(name) ^ (uint64_t)table) % NAME_VERSIONS;
}

const struct name_version *name_versions_find(const struct name_versions *cache,
					      enum row_table table, struct span name,
					      uint32_t generation, uint64_t position)
{
	const struct name_version *version = cache->places[place_of(table, name)];

	if (version == NULL || version->table != table || version->generation != generation ||
	    position < version->from_offset || position >= version->until_offset ||
	    !span_equal(version->name, name))
		return NULL;
	return version;
}

void name_versions_add(struct name_versions *cache, const struct name_version *version)
{
	struct name_version **place = &cache->places[place_of(version->table, version->name)];
	size_t bytes = version->name.length + version->row.length;
	struct name_version *copy;
	char *text;

	copy = bytes > NAME_VERSION_BYTES ? NULL : malloc(sizeof(*copy) + bytes);
	if (copy == NULL)
		return;
	*copy = *version;
	text = (char *)(copy + 1);
	if (version->name.length > 0)
		memcpy(text, version->name.data, version->name.length);
	copy->name.data = text;
	text += version->name.length;
	if (version->row.length > 0)
		memcpy(text, version->row.data, version->row.length);
	copy->row.data = text;
	free(*place);
	*place = copy;
}

void name_versions_clear(struct name_versions *cache)
{
	for (size_t p = 0; p < NAME_VERSIONS; p++) {
		free(cache->places[p]);
		cache->places[p] = NULL;
	}
}

void name_versions_free(struct name_versions *cache)
{
	if (cache != NULL)
		name_versions_clear(cache);
	free(cache);
}
