#include "common/timeline/store/cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/program/log.h"
#include "common/timeline/store/cluster_row.h"
#include "common/timeline/store/cluster_tables.h"
#include "common/timeline/store/rows.h"

#define ROW_LIMIT (64 * 1024)

static int no_memory(const struct cluster *cluster)
{
	log_error("timeline: out of memory for cluster \"%s\"", cluster->name);
	return -1;
}

/* Puts and frees KEY and VALUE. */
static int put(struct store *store, struct text *key, struct text *value)
{
	int rc = store_put(store, key, value);

	text_free(key);
	text_free(value);
	return rc;
}

static void begin_row(struct text *key, struct text *value)
{
	text_init(key, ROW_LIMIT);
	text_init(value, ROW_LIMIT);
}

struct cluster *cluster_new(uint32_t id, const char *name)
{
	struct cluster *cluster = calloc(1, sizeof(*cluster));

	if (cluster == NULL) {
		log_error("timeline: out of memory for cluster \"%s\"", name);
		return NULL;
	}
	cluster->id = id;
	snprintf(cluster->name, sizeof(cluster->name), "%s", name);
	cluster->known = WHEN_MIN;
	cluster->ranges = ranges_none();
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		cluster->coverage[r] = coverage_none();
		cluster->sync[r].begin_offset = OFFSET_NEVER;
		cluster->listing[r] =
			(struct listing){true, 0, WHEN_MIN, WHEN_MIN, WHEN_MIN, WHEN_MIN};
	}
	return cluster;
}

void cluster_free(struct cluster *cluster)
{
	if (cluster == NULL)
		return;
	for (int r = 0; r < KUBE_RESOURCES; r++)
		progress_free(&cluster->coverage[r].listed);
	gaps_free(&cluster->gaps);
	unread_free(&cluster->unread);
	progress_free(&cluster->progress);
	unpublished_pods_free(&cluster->unpublished);
	ranges_free(&cluster->ranges);
	node_ports_free(&cluster->node_ports);
	free(cluster);
}

bool cluster_unread(const struct cluster *cluster, uint64_t position)
{
	return unread_at(&cluster->unread, position);
}

int cluster_put(const struct cluster *cluster, struct store *store, unsigned resources,
		struct text *key, struct text *value)
{
	row_key_cluster(key, cluster->id);
	text_clear(value);
	cluster_row_add(value, cluster);
	if (store_put(store, key, value) < 0)
		return -1;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if (!(resources & 1u << r))
			continue;
		row_key_resource(key, cluster->id, (enum kube_resource)r);
		text_clear(value);
		cluster_row_add_resource(value, cluster, r);
		if (store_put(store, key, value) < 0)
			return -1;
	}
	return 0;
}

static int put_numbered(const struct cluster *cluster, struct store *store, enum row_table table,
			uint64_t number)
{
	struct text key, value;

	begin_row(&key, &value);
	row_key_numbered(&key, table, cluster->id, number);
	cluster_tables_add(&value, cluster, table, number);
	return put(store, &key, &value);
}

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
		if (rc != 0) {
			rc = rc == 1 ? store_damaged(store, "a row of a cluster")
				     : no_memory(cluster);
			break;
		}
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
		if (cluster->progress.count > 0)
			cluster->coverage[r].progress_offset = cluster->progress.list[0].offset;
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
	static const enum row_table tables[] = {ROW_GAPS,       ROW_UNREAD,       ROW_PROGRESS,
						ROW_LISTED,     ROW_UNPUBLISHED,  ROW_RANGES,
						ROW_NODE_PORTS, ROW_POD_ADDRESSES};
	struct cluster *cluster = cluster_new(id, "");
	struct text key, value;
	int rc = -1, found;

	begin_row(&key, &value);
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
	if (load_resources(cluster, store, &key, &value) < 0)
		goto out;
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

int cluster_add_gap(struct cluster *cluster, struct store *store, const struct gap *gap)
{
	if (gaps_add(&cluster->gaps, gap) < 0)
		return no_memory(cluster);
	return put_numbered(cluster, store, ROW_GAPS, cluster->gaps.count - 1);
}

int cluster_add_unstored_gap(struct cluster *cluster, const struct gap *gap)
{
	if (gaps_add(&cluster->gaps, gap) < 0)
		return no_memory(cluster);
	cluster->unstored_gaps++;
	return 0;
}

void cluster_drop_unstored_gaps(struct cluster *cluster)
{
	cluster->gaps.count -= cluster->unstored_gaps;
	cluster->unstored_gaps = 0;
}

/* Puts the row of an entry of a struct progress, whose key KEY begins. Frees KEY. */
static int put_entry(struct store *store, struct text *key, struct when moment, uint64_t offset)
{
	struct text value;

	text_init(&value, ROW_LIMIT);
	codec_add_when(key, moment);
	codec_add_u64(&value, offset);
	return put(store, key, &value);
}

int cluster_add_progress(struct cluster *cluster, struct store *store, struct when known,
			 uint64_t offset)
{
	size_t before = cluster->progress.count;
	struct text key;

	if (progress_add(&cluster->progress, known, offset) < 0)
		return no_memory(cluster);
	cluster->known = known;
	for (int r = 0; r < KUBE_RESOURCES && before == 0; r++)
		cluster->coverage[r].progress_offset = offset;
	if (cluster->progress.count == before)
		return 0;
	text_init(&key, ROW_LIMIT);
	row_key_table(&key, ROW_PROGRESS, cluster->id);
	return put_entry(store, &key, known, offset);
}

int cluster_add_listed(struct cluster *cluster, struct store *store, enum kube_resource resource,
		       struct when received, uint64_t offset)
{
	struct progress *listed = &cluster->coverage[resource].listed;
	size_t before = listed->count;
	struct text key;

	if (progress_add(listed, received, offset) < 0)
		return no_memory(cluster);
	if (listed->count == before)
		return 0;
	text_init(&key, ROW_LIMIT);
	row_key_table(&key, ROW_LISTED, cluster->id);
	codec_add_u8(&key, resource);
	return put_entry(store, &key, received, offset);
}

int cluster_add_unread(struct cluster *cluster, struct store *store, enum kube_resource resource,
		       uint64_t offset)
{
	static const enum kube_resource judged[] = {KUBE_PODS, KUBE_NODES, KUBE_SERVICES};

	for (size_t j = 0; j < sizeof(judged) / sizeof(judged[0]); j++) {
		int64_t changed;

		if (resource != KUBE_RESOURCES && resource != judged[j])
			continue;
		changed = unread_open(&cluster->unread, judged[j], offset);
		if (changed < 0)
			return no_memory(cluster);
		if (put_numbered(cluster, store, ROW_UNREAD, (uint64_t)changed) < 0)
			return -1;
	}
	return 0;
}

int cluster_end_unread(struct cluster *cluster, struct store *store, enum kube_resource resource,
		       uint64_t begin_offset, uint64_t offset)
{
	int64_t changed = unread_close(&cluster->unread, resource, begin_offset, offset);

	return changed < 0 ? 0 : put_numbered(cluster, store, ROW_UNREAD, (uint64_t)changed);
}

int cluster_add_unpublished(struct cluster *cluster, struct store *store,
			    const struct unpublished_pod *row)
{
	if (unpublished_pods_add(&cluster->unpublished, row) < 0)
		return no_memory(cluster);
	return put_numbered(cluster, store, ROW_UNPUBLISHED, cluster->unpublished.count - 1);
}

int cluster_hide_unpublished(struct cluster *cluster, struct store *store, uint64_t number,
			     uint64_t hidden_offset)
{
	if (number >= cluster->unpublished.count)
		return store_damaged(store, "the number of an unpublished pod");
	unpublished_pods_hide(&cluster->unpublished, (size_t)number, hidden_offset);
	return put_numbered(cluster, store, ROW_UNPUBLISHED, number);
}

static int put_itself(const struct cluster *cluster, struct store *store)
{
	struct text key, value;
	int rc;

	begin_row(&key, &value);
	rc = cluster_put(cluster, store, 0, &key, &value);
	text_free(&key);
	text_free(&value);
	return rc;
}

int cluster_add_range(struct cluster *cluster, struct store *store, const struct range_row *row)
{
	struct ranges *ranges = &cluster->ranges;
	bool changed = false;

	if (ranges_add(ranges, row) < 0)
		return no_memory(cluster);
	for (size_t p = 0; p < ranges->pod_count; p++)
		changed = ranges_use(ranges, &ranges->pods[p], row->told_offset) || changed;
	if (changed && put_itself(cluster, store) < 0)
		return -1;
	return put_numbered(cluster, store, ROW_RANGES, ranges->count - 1);
}

/* Puts the row of POD, unless there is one that says as much. VALUE is scratch. */
static int put_pod_address(struct cluster *cluster, struct store *store, struct text *key,
			   struct text *value, const struct pod_address *pod)
{
	int found = store_get(store, key, value);
	struct codec codec = codec_read(text_span(value));

	codec_u64(&codec);
	if (found < 0 || (found == 1 && (codec_u8(&codec) != 0 || !pod->own)))
		return found < 0 ? -1 : 0;
	if (ranges_add_pod(&cluster->ranges, pod) < 0)
		return no_memory(cluster);
	text_clear(value);
	codec_add_u64(value, pod->offset);
	codec_add_u8(value, pod->own);
	return store_put(store, key, value);
}

int cluster_add_pod_address(struct cluster *cluster, struct store *store,
			    const struct pod_address *pod)
{
	struct text key, value;
	int rc;

	if (ranges_use(&cluster->ranges, pod, pod->offset) && put_itself(cluster, store) < 0)
		return -1;
	if (ranges_is_plain(&cluster->ranges, pod))
		return 0;
	begin_row(&key, &value);
	row_key_pod_address(&key, cluster->id, &pod->ip, pod->node);
	rc = put_pod_address(cluster, store, &key, &value, pod);
	text_free(&key);
	text_free(&value);
	return rc;
}

int cluster_open_node_port(struct cluster *cluster, struct store *store,
			   const struct node_port *port, struct span service)
{
	if (node_ports_add(&cluster->node_ports, port, service) < 0)
		return no_memory(cluster);
	return put_numbered(cluster, store, ROW_NODE_PORTS, cluster->node_ports.count - 1);
}

int cluster_close_node_port(struct cluster *cluster, struct store *store, uint64_t number,
			    struct when to, uint64_t closed_offset)
{
	if (number >= cluster->node_ports.count)
		return store_damaged(store, "the number of a nodePort");
	cluster->node_ports.list[number].to = to;
	cluster->node_ports.list[number].closed_offset = closed_offset;
	return put_numbered(cluster, store, ROW_NODE_PORTS, number);
}
