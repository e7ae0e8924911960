#include "common/timeline/store/cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/program/log.h"
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
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		cluster->coverage[r] = coverage_none();
		cluster->sync[r].begin_offset = OFFSET_NEVER;
	}
	return cluster;
}

void cluster_free(struct cluster *cluster)
{
	if (cluster == NULL)
		return;
	gaps_free(&cluster->gaps);
	progress_free(&cluster->progress);
	unpublished_pods_free(&cluster->unpublished);
	ranges_free(&cluster->ranges);
	node_ports_free(&cluster->node_ports);
	free(cluster);
}

bool cluster_unread(const struct cluster *cluster, uint64_t position)
{
	(void)cluster;
	(void)position;
	return false; /* no unread record is kept yet */
}

int cluster_put(const struct cluster *cluster, struct store *store)
{
	struct text key, value;

	begin_row(&key, &value);
	row_key_cluster(&key, cluster->id);
	codec_add_span(&value, span_of(cluster->name));
	codec_add_when(&value, cluster->known);
	codec_add_u8(&value, KUBE_RESOURCES);
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		const struct coverage *coverage = &cluster->coverage[r];
		const struct sync *sync = &cluster->sync[r];

		codec_add_u64(&value, coverage->object_offset);
		codec_add_when(&value, coverage->object_received);
		codec_add_u64(&value, coverage->begin_offset);
		codec_add_u64(&value, coverage->end_offset);
		codec_add_when(&value, coverage->end_received);
		codec_add_u64(&value, sync->begin_offset);
		codec_add_u8(&value, sync->scope.selective);
		codec_add_u8(&value, (unsigned)sync->scope.namespace_count);
		for (size_t n = 0; n < sync->scope.namespace_count; n++)
			codec_add_span(&value, span_of(sync->scope.namespaces[n]));
	}
	return put(store, &key, &value);
}

static bool read_resource(struct codec *codec, struct coverage *coverage, struct sync *sync)
{
	coverage->object_offset = codec_u64(codec);
	coverage->object_received = codec_when(codec);
	coverage->begin_offset = codec_u64(codec);
	coverage->end_offset = codec_u64(codec);
	coverage->end_received = codec_when(codec);
	sync->begin_offset = codec_u64(codec);
	sync->scope.selective = codec_u8(codec) != 0;
	sync->scope.namespace_count = codec_u8(codec);
	if (sync->scope.namespace_count > KUBE_NAMESPACES_MAX)
		return false;
	for (size_t n = 0; n < sync->scope.namespace_count; n++) {
		struct span name = codec_span(codec);

		if (name.length >= KUBE_NAMESPACE_SIZE)
			return false;
		memcpy(sync->scope.namespaces[n], name.data, name.length);
		sync->scope.namespaces[n][name.length] = '\0';
	}
	return true;
}

static bool read_cluster(struct cluster *cluster, struct span row)
{
	struct codec codec = codec_read(row);
	struct span name = codec_span(&codec);

	if (name.length >= sizeof(cluster->name))
		return false;
	memcpy(cluster->name, name.data, name.length);
	cluster->name[name.length] = '\0';
	cluster->known = codec_when(&codec);
	if (codec_u8(&codec) != KUBE_RESOURCES)
		return false;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if (!read_resource(&codec, &cluster->coverage[r], &cluster->sync[r]))
			return false;
	}
	return codec_done(&codec);
}

static void add_gap_row(struct text *value, const struct gap *gap)
{
	codec_add_u32(value, gap->resources);
	codec_add_u64(value, gap->offset);
	codec_add_when(value, gap->from);
	codec_add_when(value, gap->to);
}

static void add_unpublished_row(struct text *value, const struct unpublished_pod *row)
{
	codec_add_u64(value, row->holder);
	codec_add_u64(value, row->opened_offset);
	codec_add_u64(value, row->hidden_offset);
	codec_add_u64(value, row->node);
	codec_add_u8(value, row->released);
	codec_add_when(value, row->from);
	codec_add_when(value, row->until);
}

static void add_range_row(struct text *value, const struct range_row *row)
{
	codec_add_ip(value, &row->range.base);
	codec_add_u8(value, row->range.bits);
	codec_add_u64(value, row->node);
	codec_add_u64(value, row->told_offset);
	codec_add_u64(value, row->used_offset);
}

static void add_node_port_row(struct text *value, const struct node_port *port)
{
	codec_add_span(value, span_of(port->service));
	codec_add_u8(value, port->protocol);
	codec_add_u32(value, port->port);
	codec_add_u64(value, port->opened_offset);
	codec_add_u64(value, port->closed_offset);
	codec_add_when(value, port->from);
	codec_add_when(value, port->to);
}

static int put_numbered(const struct cluster *cluster, struct store *store, enum row_table table,
			uint64_t number)
{
	struct text key, value;

	begin_row(&key, &value);
	row_key_numbered(&key, table, cluster->id, number);
	switch (table) {
	case ROW_GAPS:
		add_gap_row(&value, &cluster->gaps.list[number]);
		break;
	case ROW_UNPUBLISHED:
		add_unpublished_row(&value, &cluster->unpublished.rows[number]);
		break;
	case ROW_RANGES:
		add_range_row(&value, &cluster->ranges.list[number]);
		break;
	default:
		add_node_port_row(&value, &cluster->node_ports.list[number]);
	}
	return put(store, &key, &value);
}

/* Adds one row of TABLE to memory. 0, -1 if out of memory, 1 if it does not decode. */
static int read_row(struct cluster *cluster, enum row_table table, struct span key,
		    struct span value)
{
	struct codec codec = codec_read(value);
	struct codec number = codec_read((struct span){key.data + 5, key.length - 5});
	struct unpublished_pod unpublished;
	struct node_port port = {0};
	struct range_row range;
	struct span service;
	struct gap gap;
	uint64_t offset;

	switch (table) {
	case ROW_GAPS:
		gap.resources = codec_u32(&codec);
		gap.offset = codec_u64(&codec);
		gap.from = codec_when(&codec);
		gap.to = codec_when(&codec);
		return codec_done(&codec) ? gaps_add(&cluster->gaps, &gap) : 1;
	case ROW_PROGRESS:
		offset = codec_u64(&codec);
		return codec_done(&codec)
			       ? progress_add(&cluster->progress, codec_when(&number), offset)
			       : 1;
	case ROW_UNPUBLISHED:
		unpublished.holder = codec_u64(&codec);
		unpublished.opened_offset = codec_u64(&codec);
		unpublished.hidden_offset = codec_u64(&codec);
		unpublished.node = codec_u64(&codec);
		unpublished.released = codec_u8(&codec) != 0;
		unpublished.from = codec_when(&codec);
		unpublished.until = codec_when(&codec);
		return codec_done(&codec)
			       ? unpublished_pods_add(&cluster->unpublished, &unpublished)
			       : 1;
	case ROW_RANGES:
		range.range.base = codec_ip(&codec);
		range.range.bits = codec_u8(&codec);
		range.node = codec_u64(&codec);
		range.told_offset = codec_u64(&codec);
		range.used_offset = codec_u64(&codec);
		return codec_done(&codec) && range.range.bits <= 128
			       ? ranges_add(&cluster->ranges, &range)
			       : 1;
	default:
		service = codec_span(&codec);
		port.protocol = codec_u8(&codec);
		port.port = (uint16_t)codec_u32(&codec);
		port.opened_offset = codec_u64(&codec);
		port.closed_offset = codec_u64(&codec);
		port.from = codec_when(&codec);
		port.to = codec_when(&codec);
		return codec_done(&codec) ? node_ports_add(&cluster->node_ports, &port, service)
					  : 1;
	}
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
		rc = read_row(cluster, table, key, value);
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

struct cluster *cluster_load(struct store *store, uint32_t id)
{
	static const enum row_table tables[] = {ROW_GAPS, ROW_PROGRESS, ROW_UNPUBLISHED, ROW_RANGES,
						ROW_NODE_PORTS};
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
	if (found == 0 || !read_cluster(cluster, text_span(&value))) {
		store_damaged(store, "the row of a cluster");
		goto out;
	}
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		if (load_table(cluster, store, tables[t]) < 0)
			goto out;
	}
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

int cluster_add_progress(struct cluster *cluster, struct store *store, struct when known,
			 uint64_t offset)
{
	size_t before = cluster->progress.count;
	struct text key, value;

	if (progress_add(&cluster->progress, known, offset) < 0)
		return no_memory(cluster);
	cluster->known = known;
	if (cluster->progress.count == before)
		return 0;
	begin_row(&key, &value);
	row_key_table(&key, ROW_PROGRESS, cluster->id);
	codec_add_when(&key, known);
	codec_add_u64(&value, offset);
	return put(store, &key, &value) == 0 ? cluster_put(cluster, store) : -1;
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

int cluster_add_range(struct cluster *cluster, struct store *store, const struct range_row *row)
{
	if (ranges_add(&cluster->ranges, row) < 0)
		return no_memory(cluster);
	return put_numbered(cluster, store, ROW_RANGES, cluster->ranges.count - 1);
}

int cluster_use_range(struct cluster *cluster, struct store *store, size_t number,
		      uint64_t used_offset)
{
	cluster->ranges.list[number].used_offset = used_offset;
	cluster->ranges.generation++;
	return put_numbered(cluster, store, ROW_RANGES, number);
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
