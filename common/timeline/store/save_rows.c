#include "common/timeline/store/save_rows.h"

#include "common/timeline/store/rows.h"

int save_rows_count(struct store *store, uint64_t *count)
{
	uint64_t rows = 0, last = 0;
	struct store_scan *scan;
	struct span key, value;
	struct text prefix;
	int rc;

	text_init(&prefix, SAVE_ROW_KEY_SIZE);
	row_key_saves(&prefix);
	scan = store_scan_begin(store, &prefix, &prefix);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		rows++;
		last = row_save_number(key);
	}
	store_scan_end(scan);
	text_free(&prefix);
	if (rc < 0)
		return -1;
	if (rows != last)
		return 0;
	*count = rows;
	return 1;
}
