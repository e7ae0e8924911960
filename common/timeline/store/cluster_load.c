/* Reading a cluster from its rows. */
#include "common/timeline/store/cluster.h"

#include <stdlib.h>

#include "common/program/log.h"
#include "common/timeline/store/cluster_row.h"
#include "common/timeline/store/cluster_tables.h"
#include "common/timeline/store/rows.h"

#define ROW_LIMIT (64 * 1024)

static int load_table(struct cluster *cluster, struct store *store, enum row_table table)
{
	struct span key, value;
	struct store_scan *scan;
	struct text start;
	int rc;

	text_init(&start, ROW_LIMIT);
	row_key_table(&start, table, cluster->id);
	scan = store_scan_begin(store, &start, &start);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		rc = cluster_tables_read(cluster, table, key, value);
		if (rc == 0)
			continue;
		if (rc == 1)
			store_damaged(store, "a row of a cluster");
		else
			log_error("timeline: out of memory for a cluster");
		rc = -1;
		break;
	}
	store_scan_end(scan);
	text_free(&start);
	return rc;
}

/* A resource without a record has no row. */
static int load_resources(struct cluster *cluster, struct store *store, struct text *key,
			  struct text *value)
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		int found;

		row_key_resource(key, cluster->id, (enum kube_resource)r);
		found = store_get(store, key, value);
		if (found < 0)
			return -1;
		if (found == 1 && !cluster_row_read_resource(cluster, r, text_span(value)))
			return store_damaged(store, "the row of a resource");
	}
	return 0;
}

static int by_offset(const void *a, const void *b)
{
	const struct pod_address *one = a, *other = b;

	return (one->offset > other->offset) - (one->offset < other->offset);
}

struct cluster *cluster_load(struct store *store, uint32_t id)
{
	static const enum row_table tables[] = {ROW_GAPS,   ROW_UNREAD,     ROW_LISTED,
						ROW_RANGES, ROW_NODE_PORTS, ROW_POD_ADDRESSES};
	struct cluster *cluster = cluster_new(id, "");
	struct text key, value;
	int rc = -1, found;

	text_init(&key, ROW_LIMIT);
	text_init(&value, ROW_LIMIT);
	if (cluster == NULL)
		goto out;
	row_key_cluster(&key, id);
	found = store_get(store, &key, &value);
	if (found < 0)
		goto out;
	if (found == 0 || !cluster_row_read(cluster, text_span(&value))) {
		store_damaged(store, "the row of a cluster");
		goto out;
	}
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		if (load_table(cluster, store, tables[t]) < 0)
			goto out;
	}
	if (load_resources(cluster, store, &key, &value) < 0 ||
	    progress_log_load(&cluster->progress, store) < 0 ||
	    unpublished_log_load(&cluster->unpublished, store) < 0)
		goto out;
	cluster->sweeping = true;
	if (cluster->ranges.pod_count > 1)
		qsort(cluster->ranges.pods, cluster->ranges.pod_count,
		      sizeof(*cluster->ranges.pods), by_offset);
	rc = 0;
out:
	text_free(&key);
	text_free(&value);
	if (rc != 0) {
		cluster_free(cluster);
		return NULL;
	}
	return cluster;
}
