#include "common/timeline/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/timeline/rows.h"

#define ROW_LIMIT (64 * 1024)

static int no_memory(const struct world *world)
{
	log_error("timeline: no memory for cluster \"%s\"", world->name);
	return -1;
}

/* Puts VALUE (freed) at KEY (freed). */
static int put(struct store *store, struct text *key, struct text *value)
{
	int rc = key->failed || value->failed ? -1 : 0;

	if (rc == 0)
		store_put(store, (struct span){key->data, key->length},
			  (struct span){value->data, value->length});
	else
		log_error("timeline: no memory for a row");
	text_free(key);
	text_free(value);
	return rc;
}

static void begin_row(struct text *key, struct text *value)
{
	text_init(key, ROW_LIMIT);
	text_init(value, ROW_LIMIT);
}

struct world *world_new(uint32_t id, const char *name)
{
	struct world *world = calloc(1, sizeof(*world));

	if (!world) {
		log_error("timeline: no memory for cluster \"%s\"", name);
		return NULL;
	}
	world->id = id;
	snprintf(world->name, sizeof(world->name), "%s", name);
	world->known = WHEN_MIN;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		world->coverage[r] = coverage_none();
		world->sync[r].begin_offset = OFFSET_NEVER;
	}
	return world;
}

void world_free(struct world *world)
{
	if (!world)
		return;
	gaps_free(&world->gaps);
	progress_free(&world->progress);
	unplaced_free(&world->unplaced);
	ranges_free(&world->ranges);
	node_ports_free(&world->node_ports);
	free(world);
}

int world_put(const struct world *world, struct store *store)
{
	struct text key, value;

	begin_row(&key, &value);
	row_key_cluster(&key, world->id);
	codec_add_span(&value, span_of(world->name));
	codec_add_when(&value, world->known);
	codec_add_u8(&value, KUBE_RESOURCES);
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		const struct coverage *coverage = &world->coverage[r];
		const struct sync *sync = &world->sync[r];

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

static bool read_cluster(struct world *world, struct span row)
{
	struct codec codec = codec_read(row);
	struct span name = codec_span(&codec);

	if (name.length >= sizeof(world->name))
		return false;
	memcpy(world->name, name.data, name.length);
	world->name[name.length] = '\0';
	world->known = codec_when(&codec);
	if (codec_u8(&codec) != KUBE_RESOURCES)
		return false;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if (!read_resource(&codec, &world->coverage[r], &world->sync[r]))
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

static void add_unplaced_row(struct text *value, const struct unplaced_row *row)
{
	codec_add_u64(value, row->holder);
	codec_add_u64(value, row->opened_offset);
	codec_add_u64(value, row->hidden_offset);
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

/* Takes one row of TABLE into memory. 0, -1 without memory, 1 when it does not decode. */
static int read_row(struct world *world, enum row_table table, struct span key, struct span value)
{
	struct codec codec = codec_read(value);
	struct codec number = codec_read((struct span){key.data + 5, key.length - 5});
	struct unplaced_row unplaced;
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
		return codec_done(&codec) ? gaps_add(&world->gaps, &gap) : 1;
	case ROW_PROGRESS:
		offset = codec_u64(&codec);
		return codec_done(&codec)
			       ? progress_add(&world->progress, codec_when(&number), offset)
			       : 1;
	case ROW_UNPLACED:
		unplaced.holder = codec_u64(&codec);
		unplaced.opened_offset = codec_u64(&codec);
		unplaced.hidden_offset = codec_u64(&codec);
		unplaced.from = codec_when(&codec);
		unplaced.until = codec_when(&codec);
		return codec_done(&codec) ? unplaced_add(&world->unplaced, &unplaced) : 1;
	case ROW_RANGES:
		range.range.base = codec_ip(&codec);
		range.range.bits = codec_u8(&codec);
		range.node = codec_u64(&codec);
		range.told_offset = codec_u64(&codec);
		range.used_offset = codec_u64(&codec);
		return codec_done(&codec) && range.range.bits <= 128
			       ? ranges_add(&world->ranges, &range)
			       : 1;
	default:
		service = codec_span(&codec);
		port.protocol = codec_u8(&codec);
		port.port = (uint16_t)codec_u32(&codec);
		port.opened_offset = codec_u64(&codec);
		port.closed_offset = codec_u64(&codec);
		port.from = codec_when(&codec);
		port.to = codec_when(&codec);
		return codec_done(&codec) ? node_ports_add(&world->node_ports, &port, service) : 1;
	}
}

static int load_table(struct world *world, struct store *store, enum row_table table)
{
	struct span key, value, prefix;
	struct store_scan *scan;
	struct text start;
	int rc;

	text_init(&start, ROW_LIMIT);
	row_key_table(&start, table, world->id);
	prefix = (struct span){start.data, start.length};
	scan = store_scan_begin(store, prefix, prefix);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		rc = read_row(world, table, key, value);
		if (rc != 0) {
			rc = rc == 1 ? store_damaged(store, "a row of a cluster")
				     : no_memory(world);
			break;
		}
	}
	store_scan_end(scan);
	text_free(&start);
	return rc;
}

struct world *world_load(struct store *store, uint32_t id)
{
	static const enum row_table tables[] = {ROW_GAPS, ROW_PROGRESS, ROW_UNPLACED, ROW_RANGES,
						ROW_NODE_PORTS};
	struct world *world = world_new(id, "");
	struct text key, value;
	int rc = -1;

	begin_row(&key, &value);
	if (!world)
		goto out;
	row_key_cluster(&key, id);
	if (store_get(store, (struct span){key.data, key.length}, &value) != 1 ||
	    !read_cluster(world, (struct span){value.data, value.length})) {
		store_damaged(store, "the row of a cluster");
		goto out;
	}
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		if (load_table(world, store, tables[t]) != 0)
			goto out;
	}
	rc = 0;
out:
	text_free(&key);
	text_free(&value);
	if (rc != 0) {
		world_free(world);
		return NULL;
	}
	return world;
}

int world_add_gap(struct world *world, struct store *store, const struct gap *gap)
{
	struct text key, value;

	if (gaps_add(&world->gaps, gap) != 0)
		return no_memory(world);
	begin_row(&key, &value);
	row_key_numbered(&key, ROW_GAPS, world->id, world->gaps.count - 1);
	add_gap_row(&value, gap);
	return put(store, &key, &value);
}

int world_add_progress(struct world *world, struct store *store, struct when known, uint64_t offset)
{
	size_t before = world->progress.count;
	struct text key, value;

	if (progress_add(&world->progress, known, offset) != 0)
		return no_memory(world);
	world->known = known;
	if (world->progress.count == before)
		return 0;
	begin_row(&key, &value);
	row_key_table(&key, ROW_PROGRESS, world->id);
	codec_add_when(&key, known);
	codec_add_u64(&value, offset);
	return put(store, &key, &value) == 0 ? world_put(world, store) : -1;
}

static int put_unplaced(const struct world *world, struct store *store, uint64_t number)
{
	struct text key, value;

	begin_row(&key, &value);
	row_key_numbered(&key, ROW_UNPLACED, world->id, number);
	add_unplaced_row(&value, &world->unplaced.rows[number]);
	return put(store, &key, &value);
}

int world_add_unplaced(struct world *world, struct store *store, const struct unplaced_row *row)
{
	if (unplaced_add(&world->unplaced, row) != 0)
		return no_memory(world);
	return put_unplaced(world, store, world->unplaced.count - 1);
}

int world_hide_unplaced(struct world *world, struct store *store, uint64_t number,
			uint64_t hidden_offset)
{
	if (number >= world->unplaced.count)
		return store_damaged(store, "the number of an unplaced pod");
	unplaced_hide(&world->unplaced, (size_t)number, hidden_offset);
	return put_unplaced(world, store, number);
}

static int put_range(const struct world *world, struct store *store, size_t number)
{
	struct text key, value;

	begin_row(&key, &value);
	row_key_numbered(&key, ROW_RANGES, world->id, number);
	add_range_row(&value, &world->ranges.list[number]);
	return put(store, &key, &value);
}

int world_add_range(struct world *world, struct store *store, const struct range_row *row)
{
	if (ranges_add(&world->ranges, row) != 0)
		return no_memory(world);
	return put_range(world, store, world->ranges.count - 1);
}

int world_use_range(struct world *world, struct store *store, size_t number, uint64_t used_offset)
{
	world->ranges.list[number].used_offset = used_offset;
	world->ranges.generation++;
	return put_range(world, store, number);
}

static int put_node_port(const struct world *world, struct store *store, uint64_t number)
{
	struct text key, value;

	begin_row(&key, &value);
	row_key_numbered(&key, ROW_NODE_PORTS, world->id, number);
	add_node_port_row(&value, &world->node_ports.list[number]);
	return put(store, &key, &value);
}

int world_open_node_port(struct world *world, struct store *store, const struct node_port *port,
			 struct span service)
{
	if (node_ports_add(&world->node_ports, port, service) != 0)
		return no_memory(world);
	return put_node_port(world, store, world->node_ports.count - 1);
}

int world_close_node_port(struct world *world, struct store *store, uint64_t number, struct when to,
			  uint64_t closed_offset)
{
	if (number >= world->node_ports.count)
		return store_damaged(store, "the number of a nodePort");
	world->node_ports.list[number].to = to;
	world->node_ports.list[number].closed_offset = closed_offset;
	return put_node_port(world, store, number);
}
