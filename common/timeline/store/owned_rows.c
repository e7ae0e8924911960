#include "common/timeline/store/owned_rows.h"

#include "common/timeline/store/rows.h"

#define KEY_LIMIT (64 * 1024)

int owned_rows_put(const struct cluster *cluster, struct store *store, struct span owner,
		   struct span pod)
{
	struct text key, none;
	int rc;

	if (owner.length == 0)
		return 0;
	text_init(&key, KEY_LIMIT);
	text_init(&none, 1);
	row_key_owned(&key, cluster->id, owner, pod);
	rc = store_put(store, &key, &none);
	text_free(&key);
	text_free(&none);
	return rc;
}

int owned_rows_remove(const struct cluster *cluster, struct store *store, struct span owner,
		      struct span pod)
{
	struct text key;
	int rc;

	if (owner.length == 0)
		return 0;
	text_init(&key, KEY_LIMIT);
	row_key_owned(&key, cluster->id, owner, pod);
	rc = store_remove(store, &key);
	text_free(&key);
	return rc;
}

int owned_rows_found(const struct cluster *cluster, struct store *store, struct span owner)
{
	struct span key, value;
	struct store_scan *scan;
	struct text prefix;
	int rc;

	text_init(&prefix, KEY_LIMIT);
	row_key_owned(&prefix, cluster->id, owner, (struct span){"", 0});
	scan = store_scan_begin(store, &prefix, &prefix);
	rc = store_scan_next(scan, &key, &value);
	store_scan_end(scan);
	text_free(&prefix);
	return rc;
}
