#include "producers/flows/flows_options.h"

#include <limits.h>
#include <string.h>

#include "common/base/when.h"
#include "common/program/confine.h"
#include "common/program/log.h"
#include "producers/flows/fanout.h"
#include "producers/flows/intake.h"
#include "producers/flows/l7/l7.h"
#include "producers/flows/manual.h"
#include "producers/flows/nat/translations.h"
#include "producers/flows/outlet.h"
#include "producers/flows/rings.h"

#define TIMEOUT_MAX_NS (30 * 24 * 3600 * NS_PER_SECOND)
#define BUFFER_TOTAL_MAX (INT64_C(1) << 40)
#define SAMPLE_MAX 1000000
#define QUEUE_RECORDS_MAX 10000000
#define QUEUE_BYTES_MIN 65536 /* several records */
#define QUEUE_BYTES_MAX (INT64_C(1) << 36)

#define CONNTRACK_SETTINGS(o)                                                                     \
	SETTING_BOOL("conntrack", 0, &(o)->conntrack,                                             \
		     "say how the kernel's conntrack translated a flow's addresses (NAT): which " \
		     "pod answered for a service, and the reverse"),                              \
		SETTING_NUMBER("conntrack-max", 0, "COUNT", &(o)->conntrack_max,                  \
			       "maximum number of translated connections in memory, about 250 "   \
			       "bytes each")

static const char *const tunnels_names[] = {
	[INTAKE_INNER] = "inner",
	[INTAKE_OUTER] = "outer",
	[INTAKE_BOTH] = "both",
	NULL,
};

static int usage(const char *words)
{
	log_error("%s", words);
	return -1;
}

/* As in the records of tenure-kube. */
static bool is_name(const char *name)
{
	size_t length = strlen(name);

	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c > '~')
			return false;
	return length > 0 && length < FLOW_HOSTNAME_SIZE;
}

/* GIVEN are those of the command line. */
static int check_links(const struct flows_options *o, const struct settings_given *given)
{
	if (o->links == NULL && settings_has(given, "cluster"))
		return usage("--cluster: is the cluster's name in the records of --links; give "
			     "both or none");
	if (o->links == NULL && settings_has(given, "node-name"))
		return usage("--node-name: is the Node's name in the records of --links; give "
			     "both or none");
	if (o->links == NULL)
		return 0;
	if (strcmp(o->links, o->out) == 0 ||
	    (o->statistics != NULL && strcmp(o->links, o->statistics) == 0))
		return usage("--links: give another address than --out and --statistics");
	if (o->cluster == NULL || !is_name(o->cluster))
		return usage(
			"--cluster: --links needs the name that tenure-kube gives the cluster, up "
			"to 253 letters, digits and punctuation marks");
	for (size_t i = 0; i < o->interfaces.count; i++) {
		if (strcmp(o->interfaces.values[i], "any") == 0)
			return usage("--links: interfaces that come and go are not followed with "
				     "-i any; name them, or give --interfaces-from");
	}
	if (o->node_name != NULL && !is_name(o->node_name))
		return usage(
			"--node-name: must be up to 253 letters, digits and punctuation marks");
	return 0;
}

static int check_options(struct flows_options *o, const struct settings_given *given)
{
	bool live = o->interfaces.count > 0 || o->patterns.count > 0;
	const int64_t timeouts[] = {o->idle_stream_ns, o->idle_datagram_ns, o->active_ns,
				    o->linger_ns};

	if (live == (o->read.count > 0))
		return usage("give either --interface (or --interfaces-from) or --read");
	if (o->out == NULL)
		return usage("--out: give a topic (kafka:TOPIC), a file or -");
	for (size_t i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
		if (timeouts[i] < NS_PER_MS || timeouts[i] > TIMEOUT_MAX_NS)
			return usage("--idle-timeout, --idle-timeout-datagram, --active-timeout "
				     "and --linger: must be from 1ms to 30d");
	}
	if (o->max_flows < 1 || o->max_flows > FLOW_TABLE_MAX)
		return usage("--max-flows: must be from 1 to 16777216");
	if (o->conntrack && !live)
		return usage("--conntrack: is for interfaces; a file says nothing of the kernel's "
			     "connections");
	if (o->conntrack && o->ignore_vlan)
		return usage("--conntrack: not with --ignore-vlan; the addresses in a VLAN may be "
			     "others than conntrack's");
	if (o->conntrack_max < 1 || o->conntrack_max > TRANSLATIONS_MAX)
		return usage("--conntrack-max: must be from 1 to 16777216");
	if (l7_read_protocols(o->l7, &o->l7_protocols) < 0)
		return usage("--l7: give all, none or a list of http, http2, dns, redis, kafka, "
			     "postgresql, mysql and tls");
	if (o->sample < 1 || o->sample > SAMPLE_MAX)
		return usage("--sample: must be from 1 to 1000000");
	if (o->statistics_interval_ns < NS_PER_SECOND || o->statistics_interval_ns > TIMEOUT_MAX_NS)
		return usage("--statistics-interval: must be from 1s to 30d");
	if (o->statistics != NULL && strcmp(o->statistics, o->out) == 0)
		return usage("--statistics: give another address than --out");
	if (check_links(o, given) < 0)
		return -1;
	if (o->fanout > FANOUT_GROUP_MAX)
		return usage("--fanout: must be from 1 to 65535");
	if (o->fanout > 0 && (o->interfaces.count != 1 || o->patterns.count > 0))
		return usage("--fanout: give one --interface and no --interfaces-from");
	if (o->queue.records < 1 || o->queue.records > QUEUE_RECORDS_MAX)
		return usage("--queue-records: must be from 1 to 10000000");
	if (o->queue.bytes < QUEUE_BYTES_MIN || o->queue.bytes > QUEUE_BYTES_MAX)
		return usage("--queue-bytes: must be from 65536 bytes to 64 GiB");
	if (o->snaplen < 40 || o->snaplen > 262144)
		return usage("--snaplen: must be from 40 to 262144 bytes");
	if (o->buffer < 65536 || o->buffer > INT_MAX)
		return usage("--buffer: must be from 65536 to 2147483647 bytes");
	if (o->buffer_total < RINGS_BLOCK || o->buffer_total > BUFFER_TOTAL_MAX)
		return usage("--buffer-total: must be from 262144 bytes to 1 TiB");
	if (o->buffer > o->buffer_total)
		return usage("--buffer: must not be more than --buffer-total");
	return status_check(&o->status);
}

static void set_defaults(struct flows_options *o)
{
	*o = (struct flows_options){
		.idle_stream_ns = 60 * NS_PER_SECOND,
		.idle_datagram_ns = 30 * NS_PER_SECOND,
		.active_ns = 60 * NS_PER_SECOND,
		.linger_ns = NS_PER_SECOND,
		.max_flows = 262144,
		.statistics_interval_ns = 60 * NS_PER_SECOND,
		.status = STATUS_SETTINGS_DEFAULT,
		.sample = 1,
		.conntrack_max = 262144,
		.queue = {100000, 64 << 20},
		.snaplen = 4096,
		.l7 = "all",
		.buffer = 4 << 20,
		.buffer_total = 64 << 20,
	};
}

#define LINKS_SETTINGS(o)                                                                         \
	SETTING_TEXT("links", 0, "ADDRESS", &(o)->links,                                          \
		     "where records go of what is seen of pods' interfaces: the topic of "        \
		     "tenure-kube or a file"),                                                    \
		SETTING_TEXT("cluster", 0, "NAME", &(o)->cluster,                                 \
			     "the cluster's name in the records of --links, as for tenure-kube"), \
		SETTING_TEXT("node-name", 0, "NAME", &(o)->node_name,                             \
			     "the Node's name in the records of --links (default: as "            \
			     "--observer-name)")

#define OBSERVER_SETTINGS(o)                                                           \
	SETTING_TEXT("observer-name", 0, "NAME", &(o)->observer_name,                  \
		     "observer.hostname of the records (default: this host's name)"),  \
		SETTING_TEXT("interface-name", 0, "NAME", &(o)->interface_name,        \
			     "observer.interface.name for files (default: theirs, or " \
			     "the file's name)")

/* What it says of itself, and what waits for the broker. */
#define OUTPUT_SETTINGS(o)                                                                      \
	STATUS_SETTINGS(&(o)->status, "9102"),                                                  \
		SETTING_TEXT("statistics", 0, "ADDRESS", &(o)->statistics,                      \
			     "where all counters go, from time to time and at the end"),        \
		SETTING_DURATION("statistics-interval", 0, "DURATION",                          \
				 &(o)->statistics_interval_ns, "how often"),                    \
		SETTING_NUMBER("queue-records", 0, "COUNT", &(o)->queue.records,                \
			       "records of a live capture that may wait for the broker; those " \
			       "beyond are dropped and counted"),                               \
		SETTING_NUMBER("queue-bytes", 0, "BYTES", &(o)->queue.bytes,                    \
			       "the same in bytes of keys and values")

/* What a flow is, and how many there are. */
#define FLOW_SETTINGS(o)                                                                         \
	SETTING_DURATION("idle-timeout", 0, "DURATION", &(o)->idle_stream_ns,                    \
			 "end a TCP or SCTP flow after this long without a packet"),             \
		SETTING_DURATION("idle-timeout-datagram", 0, "DURATION", &(o)->idle_datagram_ns, \
				 "the same for UDP, ICMP and every other protocol"),             \
		SETTING_DURATION("active-timeout", 0, "DURATION", &(o)->active_ns,               \
				 "split a longer flow into slices of this length"),              \
		SETTING_DURATION("linger", 0, "DURATION", &(o)->linger_ns,                       \
				 "how long a closed TCP flow waits for its last packets"),       \
		SETTING_NUMBER("max-flows", 0, "COUNT", &(o)->max_flows,                         \
			       "maximum number of flows in memory, about 500 bytes each"),       \
		SETTING_NUMBER("sample", 0, "COUNT", &(o)->sample,                               \
			       "meter one conversation in so many, each whole")

int flows_options_read(struct flows_options *o, int argc, char **argv)
{
	const struct setting table[] = {
		SETTING_LIST("interface", 'i', "NAME", &o->interfaces,
			     "interface to capture on, or any; may be repeated"),
		SETTING_LIST("interfaces-from", 0, "PATTERN", &o->patterns,
			     "capture on every interface that matches, such as 'veth*', as "
			     "interfaces come and go; may be repeated"),
		SETTING_BOOL("list-interfaces", 'D', &o->list_interfaces,
			     "print the interfaces that can be captured on, and exit"),
		SETTING_LIST("read", 'r', "FILE", &o->read,
			     "pcap or pcapng file to read, may be gzip or zstd, or -; may be "
			     "repeated, for files in the order of their first packets"),
		SETTING_TEXT("out", 'o', "ADDRESS", &o->out,
			     "where the records go: kafka:TOPIC, a file or -"),
		BUS_SETTINGS(&o->bus),
		OUTPUT_SETTINGS(o),
		LINKS_SETTINGS(o),
		FLOW_SETTINGS(o),
		SETTING_NUMBER("snaplen", 's', "BYTES", &o->snaplen,
			       "bytes of each frame to capture; --l7 needs the headers of the "
			       "messages, without it 256 do"),
		SETTING_TEXT(
			"l7", 0, "PROTOCOLS", &o->l7,
			"count the messages of these: all, none or a list of http, http2, dns, "
			"redis, kafka, postgresql, mysql, tls"),
		SETTING_NUMBER("count", 'c', "PACKETS", &o->count,
			       "stop after so many packets (default: at the end)"),
		SETTING_NUMBER("buffer", 0, "BYTES", &o->buffer,
			       "size of the kernel's ring for each interface, at most"),
		SETTING_NUMBER("buffer-total", 0, "BYTES", &o->buffer_total,
			       "memory for the rings of all interfaces, which share it"),
		SETTING_NUMBER(
			"fanout", 0, "GROUP", &o->fanout,
			"share the packets of one interface with the processes that give the "
			"same number; a conversation has one of them"),
		CONFINE_SETTING(&o->no_seccomp),
		SETTING_BOOL("promiscuous", 0, &o->promiscuous,
			     "also capture frames addressed to other stations"),
		SETTING_BOOL("mirrored", 0, &o->mirrored,
			     "the capture may have copies of a packet, as a mirror port or several "
			     "interfaces give: count each once (always with LINUX_SLL and "
			     "LINUX_SLL2)"),
		SETTING_CHOICE("tunnels", 0, "WHICH", tunnels_names, &o->tunnels,
			       "which packets of a tunnel to meter"),
		SETTING_BOOL("ignore-vlan", 0, &o->ignore_vlan,
			     "VLANs tell no flows apart, for where only one direction is tagged"),
		CONNTRACK_SETTINGS(o),
		OBSERVER_SETTINGS(o),
		SETTING_END,
	};
	struct settings_given given;
	int first;

	set_defaults(o);
	first = settings_read_given(&manual, table, argc, argv, &given);
	return first < 0 || (!o->list_interfaces && check_options(o, &given) < 0) ? -1 : first;
}

struct flow_table_options flows_options_limits(const struct flows_options *o)
{
	return (struct flow_table_options){
		.max_flows = (size_t)o->max_flows,
		.sample = (uint32_t)o->sample,
		.idle_stream_ns = o->idle_stream_ns,
		.idle_datagram_ns = o->idle_datagram_ns,
		.active_ns = o->active_ns,
		.linger_ns = o->linger_ns,
		.stretch = outlet_is_queue(o->out, o->read.count == 0) ? OUTLET_STRETCH : 0,
		.mirrored = o->mirrored,
		.l7_protocols = o->l7_protocols,
	};
}
