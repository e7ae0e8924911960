#include "common/timeline/store/cluster_tables.h"

static void add_gap_row(struct text *value, const struct gap *gap)
{
	codec_add_u32(value, gap->resources);
	codec_add_u64(value, gap->offset);
	codec_add_when(value, gap->from);
	codec_add_when(value, gap->to);
}

static void add_unread_row(struct text *value, const struct unread_span *span)
{
	codec_add_u32(value, span->resource);
	codec_add_u64(value, span->first_offset);
	codec_add_u64(value, span->last_offset);
	codec_add_u64(value, span->end_offset);
}

static void add_range_row(struct text *value, const struct range_row *row)
{
	codec_add_u8(value, row->kind);
	codec_add_ip(value, &row->range.base);
	codec_add_u8(value, row->range.bits);
	codec_add_u64(value, row->node);
	codec_add_u64(value, row->told_offset);
	codec_add_when(value, row->from);
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

void cluster_tables_add(struct text *value, enum row_table table, const void *entry)
{
	switch (table) {
	case ROW_GAPS:
		add_gap_row(value, entry);
		break;
	case ROW_UNREAD:
		add_unread_row(value, entry);
		break;
	case ROW_RANGES:
		add_range_row(value, entry);
		break;
	default:
		add_node_port_row(value, entry);
	}
}

static int read_listed(struct cluster *cluster, struct codec *key, struct codec *value)
{
	uint8_t resource = codec_u8(key);
	struct when received = codec_when(key);
	uint64_t offset = codec_u64(value);

	if (!codec_done(key) || !codec_done(value) || resource >= KUBE_RESOURCES)
		return 1;
	return progress_add(&cluster->coverage[resource].listed, received, offset);
}

static int read_pod_address(struct cluster *cluster, struct codec *key, struct codec *value)
{
	struct pod_address pod = {.ip = codec_ip(key)};

	pod.node = codec_u64(key);
	pod.offset = codec_u64(value);
	pod.own = codec_u8(value) != 0;
	return codec_done(key) && codec_done(value) ? ranges_add_pod(&cluster->ranges, &pod) : 1;
}

static int read_range(struct cluster *cluster, struct codec *value)
{
	struct range_row range = {.kind = (enum range_kind)codec_u8(value)};

	range.range.base = codec_ip(value);
	range.range.bits = codec_u8(value);
	range.node = codec_u64(value);
	range.told_offset = codec_u64(value);
	range.from = codec_when(value);
	return codec_done(value) && range.kind < RANGE_KINDS && range.range.bits <= 128
		       ? ranges_add(&cluster->ranges, &range)
		       : 1;
}

int cluster_tables_read(struct cluster *cluster, enum row_table table, struct span key,
			struct span value)
{
	struct codec codec = codec_read(value);
	struct codec number = codec_read((struct span){key.data + 5, key.length - 5});
	struct node_port port = {0};
	struct span service;
	struct unread_span unread;
	struct gap gap;

	switch (table) {
	case ROW_GAPS:
		gap.number = codec_u64(&number);
		gap.resources = codec_u32(&codec);
		gap.offset = codec_u64(&codec);
		gap.from = codec_when(&codec);
		gap.to = codec_when(&codec);
		return codec_done(&codec) ? gaps_add(&cluster->gaps, &gap) : 1;
	case ROW_UNREAD:
		unread.resource = codec_u32(&codec);
		unread.first_offset = codec_u64(&codec);
		unread.last_offset = codec_u64(&codec);
		unread.end_offset = codec_u64(&codec);
		return codec_done(&codec) ? unread_add(&cluster->unread, &unread) : 1;
	case ROW_LISTED:
		return read_listed(cluster, &number, &codec);
	case ROW_RANGES:
		return read_range(cluster, &codec);
	case ROW_POD_ADDRESSES:
		return read_pod_address(cluster, &number, &codec);
	default:
		port.number = codec_u64(&number);
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
