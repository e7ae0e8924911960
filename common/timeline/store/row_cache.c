#include "common/timeline/store/row_cache.h"

void row_cache_init(struct row_cache *cache)
{
	pending_rows_init(&cache->young);
	pending_rows_init(&cache->old);
}

void row_cache_free(struct row_cache *cache)
{
	pending_rows_free(&cache->young);
	pending_rows_free(&cache->old);
}

void row_cache_clear(struct row_cache *cache)
{
	pending_rows_clear(&cache->young);
	pending_rows_clear(&cache->old);
}

bool row_cache_find(struct row_cache *cache, struct span key, struct pending_row *row)
{
	if (pending_rows_find(&cache->young, key, row))
		return true;
	if (!pending_rows_find(&cache->old, key, row))
		return false;
	row_cache_keep(cache, *row);
	return pending_rows_find(&cache->young, key, row) ||
	       pending_rows_find(&cache->old, key, row);
}

void row_cache_keep(struct row_cache *cache, struct pending_row row)
{
	struct pending_rows emptied = cache->old;

	if (pending_rows_add(&cache->young, row) < 0 || pending_rows_accept(&cache->young) < 0) {
		row_cache_free(cache);
		return;
	}
	if (pending_rows_bytes(&cache->young) < ROW_CACHE_BYTES / 2)
		return;
	cache->old = cache->young;
	pending_rows_clear(&emptied);
	cache->young = emptied;
}

void row_cache_write(struct row_cache *cache, struct pending_row row)
{
	struct pending_row before;

	if (pending_rows_find(&cache->young, row.key, &before) ||
	    pending_rows_find(&cache->old, row.key, &before))
		row_cache_keep(cache, row);
}
