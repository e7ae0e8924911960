#include "common/timeline/store/numbered_rows.h"

#define KEY_LIMIT 64

int numbered_rows_put(struct store *store, enum row_table table, uint32_t cluster, uint64_t number,
		      struct text *value)
{
	struct text key;
	int rc;

	text_init(&key, KEY_LIMIT);
	row_key_numbered(&key, table, cluster, number);
	rc = store_put(store, &key, value);
	text_free(&key);
	text_free(value);
	return rc;
}

int numbered_rows_remove(struct store *store, enum row_table table, uint32_t cluster,
			 uint64_t number)
{
	struct text key;
	int rc;

	text_init(&key, KEY_LIMIT);
	row_key_numbered(&key, table, cluster, number);
	rc = store_remove(store, &key);
	text_free(&key);
	return rc;
}
