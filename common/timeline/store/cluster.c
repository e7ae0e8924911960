#include "common/timeline/store/cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/program/log.h"
#include "common/timeline/rules/horizon.h"
#include "common/timeline/store/cluster_row.h"
#include "common/timeline/store/cluster_tables.h"
#include "common/timeline/store/numbered_rows.h"
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
	cluster->horizon = WHEN_MIN;
	cluster->gaps = gaps_none();
	cluster->unpublished = unpublished_log_none(id);
	cluster->progress.cluster = id;
	text_init(&cluster->swept, ROW_LIMIT);
	cluster->ranges = ranges_none();
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		cluster->coverage[r] = coverage_none();
		cluster->watched_to[r] = WHEN_MAX;
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
	progress_log_free(&cluster->progress);
	text_free(&cluster->swept);
	unpublished_log_free(&cluster->unpublished);
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

/* Puts the row NUMBER of TABLE, which ENTRY is (cluster_tables.h). */
static int put_numbered(const struct cluster *cluster, struct store *store, enum row_table table,
			uint64_t number, const void *entry)
{
	struct text value;

	text_init(&value, ROW_LIMIT);
	cluster_tables_add(&value, table, entry);
	return numbered_rows_put(store, table, cluster->id, number, &value);
}

int cluster_add_gap(struct cluster *cluster, struct store *store, const struct gap *gap)
{
	struct gap numbered = *gap;

	numbered.number = cluster->next_number++;
	if (gaps_add(&cluster->gaps, &numbered) < 0)
		return no_memory(cluster);
	return put_numbered(cluster, store, ROW_GAPS, numbered.number, &numbered);
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
	for (int r = 0; r < KUBE_RESOURCES; r++)
		cluster->watched_to[r] = WHEN_MAX;
}

int cluster_add_progress(struct cluster *cluster, struct store *store, struct when known,
			 uint64_t offset)
{
	cluster->known = known;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if (cluster->coverage[r].progress_offset == OFFSET_NEVER)
			cluster->coverage[r].progress_offset = offset;
	}
	return progress_log_add(&cluster->progress, store, known, offset);
}

int cluster_add_listed(struct cluster *cluster, struct store *store, enum kube_resource resource,
		       struct when received, uint64_t offset)
{
	struct progress *listed = &cluster->coverage[resource].listed;
	size_t before = listed->count;
	struct text key, value;

	if (progress_add(listed, received, offset) < 0)
		return no_memory(cluster);
	if (listed->count == before)
		return 0;
	begin_row(&key, &value);
	row_key_table(&key, ROW_LISTED, cluster->id);
	codec_add_u8(&key, resource);
	codec_add_when(&key, received);
	codec_add_u64(&value, offset);
	return put(store, &key, &value);
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
		if (put_numbered(cluster, store, ROW_UNREAD, (uint64_t)changed,
				 &cluster->unread.list[changed]) < 0)
			return -1;
	}
	return 0;
}

int cluster_end_unread(struct cluster *cluster, struct store *store, enum kube_resource resource,
		       uint64_t begin_offset, uint64_t offset)
{
	int64_t changed = unread_close(&cluster->unread, resource, begin_offset, offset);

	return changed < 0 ? 0
			   : put_numbered(cluster, store, ROW_UNREAD, (uint64_t)changed,
					  &cluster->unread.list[changed]);
}

int cluster_add_unpublished(struct cluster *cluster, struct store *store,
			    const struct unpublished_pod *row)
{
	struct unpublished_pod numbered = *row;

	numbered.number = cluster->next_number++;
	return unpublished_log_add(&cluster->unpublished, store, &numbered);
}

int cluster_hide_unpublished(struct cluster *cluster, struct store *store, uint64_t number,
			     uint64_t hidden_offset)
{
	if (number >= cluster->next_number)
		return store_damaged(store, "the number of an unpublished pod");
	return unpublished_log_hide(&cluster->unpublished, store, number, hidden_offset);
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
	return put_numbered(cluster, store, ROW_RANGES, ranges->count - 1, row);
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
	struct node_ports *ports = &cluster->node_ports;
	struct node_port numbered = *port;

	numbered.number = cluster->next_number++;
	if (node_ports_add(ports, &numbered, service) < 0)
		return no_memory(cluster);
	return put_numbered(cluster, store, ROW_NODE_PORTS, numbered.number,
			    &ports->list[ports->count - 1]);
}

int cluster_close_node_port(struct cluster *cluster, struct store *store, uint64_t number,
			    struct when to, uint64_t closed_offset)
{
	struct node_port *port = node_ports_find(&cluster->node_ports, number);

	if (port == NULL)
		return store_damaged(store, "the number of a nodePort");
	port->to = to;
	port->closed_offset = closed_offset;
	return put_numbered(cluster, store, ROW_NODE_PORTS, number, port);
}

/* Removes from the store what the next function removes from memory. */
static int remove_past(const struct cluster *cluster, struct store *store)
{
	uint64_t offset = cluster->horizon_offset;

	for (size_t g = 0; g < cluster->gaps.count; g++) {
		const struct gap *gap = &cluster->gaps.list[g];

		if (when_before(gap->to, cluster->horizon) &&
		    numbered_rows_remove(store, ROW_GAPS, cluster->id, gap->number) < 0)
			return -1;
	}
	for (size_t p = 0; p < cluster->node_ports.count; p++) {
		const struct node_port *port = &cluster->node_ports.list[p];

		if (node_ports_is_past(port, cluster->horizon, offset) &&
		    numbered_rows_remove(store, ROW_NODE_PORTS, cluster->id, port->number) < 0)
			return -1;
	}
	return 0;
}

void cluster_set_horizon(struct cluster *cluster, struct when horizon)
{
	cluster->horizon = horizon;
	cluster->gaps.horizon = horizon;
	cluster->unpublished.horizon = horizon;
	for (int r = 0; r < KUBE_RESOURCES; r++)
		cluster->coverage[r].horizon = horizon;
}

int cluster_move_horizon(struct cluster *cluster, struct store *store)
{
	struct when horizon = horizon_of(cluster->known, cluster->retention_ns);
	struct progress_entry first = {WHEN_MIN, 0};

	if (when_not_after(horizon, cluster->horizon))
		return 0;
	if (progress_log_find(&cluster->progress, store, horizon, &first) < 0)
		return -1;
	cluster_set_horizon(cluster, horizon);
	cluster->horizon_offset = first.offset;
	cluster->sweeping = true;
	if (remove_past(cluster, store) < 0 ||
	    unpublished_log_forget(&cluster->unpublished, store, first.offset) < 0)
		return -1;
	gaps_forget(&cluster->gaps);
	node_ports_forget(&cluster->node_ports, horizon, first.offset);
	return 1;
}
