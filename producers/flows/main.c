/* tenure-flows - packets from interfaces or a file become flow records. */
#include <inttypes.h>
#include <limits.h>
#include <sysexits.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "common/bus/bus.h"
#include "common/program/log.h"
#include "common/program/settings.h"
#include "common/program/stop.h"
#include "common/topic/topic_writer.h"
#include "producers/flows/flow_table.h"
#include "producers/flows/input.h"
#include "producers/flows/interfaces.h"
#include "producers/flows/manual.h"
#include "producers/flows/meter.h"
#include "producers/flows/privileges.h"

#define TIMEOUT_MAX_NS (30 * 24 * 3600 * NS_PER_SECOND)
#define POLL_MS 100
#define FLUSH_NS NS_PER_SECOND
/* In silence the table's clock follows the wall clock at this distance: a packet may be
 * in a ring, which releases it within 50 ms. */
#define SILENCE_LAG_NS (2 * NS_PER_SECOND)

struct flows_options {
	struct settings_list interfaces;
	struct settings_list patterns;
	struct settings_list read;
	const char *out;
	struct bus_options bus;
	int64_t idle_stream_ns;
	int64_t idle_datagram_ns;
	int64_t active_ns;
	int64_t linger_ns;
	int64_t max_flows;
	int64_t snaplen;
	int64_t buffer;
	bool promiscuous;
	bool mirrored;
	bool ignore_vlan;
	int tunnels; /* enum intake_tunnels */
	const char *observer_name;
	const char *interface_name;
};

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

static int check_options(const struct flows_options *o)
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
	if (o->snaplen < 40 || o->snaplen > 262144)
		return usage("--snaplen: must be from 40 to 262144 bytes");
	if (o->buffer < 65536 || o->buffer > INT_MAX)
		return usage("--buffer: must be from 65536 to 2147483647 bytes");
	return 0;
}

/* Opens the output and gives up privileges. Returns EX_OK or the exit code. Threads keep the
 * privileges they start with, so the Kafka client is opened after giving them up; opening a file
 * may need them. */
static int open_writer(const struct flows_options *o, struct topic_writer **writer)
{
	bool kafka = bus_is_kafka(o->out), keep_net_raw = o->patterns.count > 0;

	if (kafka && privileges_drop(keep_net_raw) < 0)
		return EX_OSERR;
	*writer = topic_writer_open(o->out, &o->bus);
	if (*writer == NULL)
		return kafka ? EX_UNAVAILABLE : EX_CANTCREAT;
	return !kafka && privileges_drop(keep_net_raw) < 0 ? EX_OSERR : EX_OK;
}

/* What became of fragments and tunnels. */
static void add_decoding(struct text *line, const struct capture_stats *in,
			 const struct meter_stats *out)
{
	text_add_format(line,
			" fragments_forgotten=%" PRIu64 " paths_refused=%" PRIu64
			" encapsulated=%" PRIu64,
			out->fragments.forgotten, out->paths_refused, in->opened);
	for (unsigned i = PACKET_OK + 1; i < PACKET_VERDICTS; i++) {
		if (in->unopened[i] > 0)
			text_add_format(line, " inner_%s=%" PRIu64, packet_verdict_name(i),
					in->unopened[i]);
	}
}

static void report(const struct input *input, const struct meter *meter, bool live)
{
	struct live_stats in = input_get_stats(input);
	struct meter_stats out = meter_get_stats(meter);
	struct text line;

	text_init(&line, 4096);
	text_add_format(&line,
			"frames=%" PRIu64 " packets=%" PRIu64 " flows=%" PRIu64 " records=%" PRIu64,
			in.capture.frames,
			in.capture.verdicts[PACKET_OK] - out.fragments.alone -
				out.table.late_segments - out.table.repeated,
			out.table.flows, out.records);
	in.capture.verdicts[PACKET_FRAGMENT_ALONE] += out.fragments.alone;
	in.capture.verdicts[PACKET_REPEATED] += out.table.repeated;
	for (unsigned i = PACKET_OK + 1; i < PACKET_VERDICTS; i++)
		text_add_format(&line, " %s=%" PRIu64, packet_verdict_name(i),
				in.capture.verdicts[i]);
	text_add_format(&line, " late_segments=%" PRIu64, out.table.late_segments);
	text_add_format(&line,
			" kernel_drops=%" PRIu64 " interface_drops=%" PRIu64
			" truncated_files=%" PRIu64 " evictions=%" PRIu64 " samples_lost=%" PRIu64
			" clock_steps=%" PRIu64 " repeats_unsure=%" PRIu64
			" copies_counted=%" PRIu64,
			in.capture.kernel_drops, in.capture.interface_drops, in.capture.truncated,
			out.table.evictions, out.table.samples_lost, out.table.clock_steps,
			out.table.repeats_unsure, out.table.copies_counted);
	add_decoding(&line, &in.capture, &out);
	if (live)
		text_add_format(&line,
				" interfaces_opened=%" PRIu64 " interfaces_gone=%" PRIu64
				" interfaces_refused=%" PRIu64,
				in.opened, in.gone, in.refused);
	log_info("%s", text_terminate(&line));
	text_free(&line);
	if (out.table.repeats_unsure > 0)
		log_warn("%" PRIu64
			 " packets equal one that was captured up to 1 ms earlier and were "
			 "counted, because nothing proves that they are copies",
			 out.table.repeats_unsure);
	if (out.table.copies_counted > 0)
		log_warn("%" PRIu64 " of the first %" PRIu64
			 " packets are copies of another, as a mirror port gives, and were "
			 "counted; --mirrored counts each packet once",
			 out.table.copies_counted, out.table.compared);
}

static int run(const struct flows_options *o, struct input *input, struct meter *meter,
	       struct topic_writer *writer)
{
	struct packet packets[FLOW_TABLE_BATCH];
	struct when now, flushed = when_now();
	enum live_status status = LIVE_PACKETS;
	size_t count;

	while (status != LIVE_END && !stop_requested()) {
		status = input_read(input, POLL_MS, packets, FLOW_TABLE_BATCH, &count);
		if (meter_add(meter, packets, count) < 0)
			return EX_IOERR;
		if (status != LIVE_QUIET)
			continue;
		now = when_now();
		if (meter_advance(meter, when_add(now, -SILENCE_LAG_NS)) < 0)
			return EX_IOERR;
		/* The Kafka client sends by itself. */
		if (when_since(now, flushed) >= FLUSH_NS && !bus_is_kafka(o->out)) {
			flushed = now;
			if (topic_writer_flush(writer) < 0)
				return EX_IOERR;
		}
	}
	if (meter_finish(meter) < 0)
		return EX_IOERR;
	if (status == LIVE_END && o->read.count == 0) {
		log_error("no interface is left to capture on");
		return EX_NOINPUT;
	}
	return input_exit_code(input);
}

static struct flow_table_options limits_of(const struct flows_options *o)
{
	return (struct flow_table_options){
		.max_flows = (size_t)o->max_flows,
		.idle_stream_ns = o->idle_stream_ns,
		.idle_datagram_ns = o->idle_datagram_ns,
		.active_ns = o->active_ns,
		.linger_ns = o->linger_ns,
		.mirrored = o->mirrored,
	};
}

/* Without the filter, which input_open() sets. */
static struct capture_options capture_of(const struct flows_options *o)
{
	return (struct capture_options){
		.filter = "",
		.snaplen = (int)o->snaplen,
		.buffer_size = (int)o->buffer,
		.promiscuous = o->promiscuous,
		.tunnels = (enum intake_tunnels)o->tunnels,
	};
}

/* By then after its last packet every flow has ended. */
static int64_t longest_rest_ns(const struct flows_options *o)
{
	int64_t idle_ns =
		o->idle_stream_ns > o->idle_datagram_ns ? o->idle_stream_ns : o->idle_datagram_ns;

	return idle_ns + 60 * NS_PER_SECOND;
}

int main(int argc, char **argv)
{
	struct flows_options o = {
		.idle_stream_ns = 60 * NS_PER_SECOND,
		.idle_datagram_ns = 30 * NS_PER_SECOND,
		.active_ns = 60 * NS_PER_SECOND,
		.linger_ns = NS_PER_SECOND,
		.max_flows = 262144,
		.snaplen = 256,
		.buffer = 4 << 20,
	};
	const struct setting table[] = {
		SETTING_LIST("interface", 'i', "NAME", &o.interfaces,
			     "interface to capture on, or any; may be repeated"),
		SETTING_LIST("interfaces-from", 0, "PATTERN", &o.patterns,
			     "capture on every interface that matches, such as 'veth*', as "
			     "interfaces come and go; may be repeated"),
		SETTING_LIST("read", 'r', "FILE", &o.read,
			     "pcap or pcapng file to read, may be gzip or zstd, or -; may be "
			     "repeated, for files in the order of their first packets"),
		SETTING_TEXT("out", 'o', "ADDRESS", &o.out,
			     "where the records go: kafka:TOPIC, a file or -"),
		BUS_SETTINGS(&o.bus),
		SETTING_DURATION("idle-timeout", 0, "DURATION", &o.idle_stream_ns,
				 "end a TCP or SCTP flow after this long without a packet"),
		SETTING_DURATION("idle-timeout-datagram", 0, "DURATION", &o.idle_datagram_ns,
				 "the same for UDP, ICMP and every other protocol"),
		SETTING_DURATION("active-timeout", 0, "DURATION", &o.active_ns,
				 "split a longer flow into slices of this length"),
		SETTING_DURATION("linger", 0, "DURATION", &o.linger_ns,
				 "how long a closed TCP flow waits for its last packets"),
		SETTING_NUMBER("max-flows", 0, "COUNT", &o.max_flows,
			       "maximum number of flows in memory, about 420 bytes each"),
		SETTING_NUMBER("snaplen", 's', "BYTES", &o.snaplen,
			       "bytes of each frame to capture"),
		SETTING_NUMBER("buffer", 0, "BYTES", &o.buffer,
			       "size of the kernel's ring for each interface"),
		SETTING_BOOL("promiscuous", 0, &o.promiscuous,
			     "also capture frames addressed to other stations"),
		SETTING_BOOL("mirrored", 0, &o.mirrored,
			     "the capture may have copies of a packet, as a mirror port or several "
			     "interfaces give: count each once (always with LINUX_SLL and "
			     "LINUX_SLL2)"),
		SETTING_CHOICE("tunnels", 0, "WHICH", tunnels_names, &o.tunnels,
			       "which packets of a tunnel to meter"),
		SETTING_BOOL("ignore-vlan", 0, &o.ignore_vlan,
			     "VLANs tell no flows apart, for where only one direction is tagged"),
		SETTING_TEXT("observer-name", 0, "NAME", &o.observer_name,
			     "observer.hostname of the records (default: this host's name)"),
		SETTING_TEXT(
			"interface-name", 0, "NAME", &o.interface_name,
			"observer.interface.name for files (default: what they say, or the file's "
			"name)"),
		SETTING_END,
	};
	struct interfaces *interfaces = NULL;
	struct topic_writer *writer = NULL;
	struct input *input = NULL;
	struct meter *meter = NULL;
	int first, rc = EX_USAGE;

	first = settings_read(&manual, table, argc, argv);
	if (first < 0 || check_options(&o) < 0)
		goto out;
	stop_install();

	const struct input_options in = {
		.files = &o.read,
		.interface_name = o.interface_name,
		.filter_words = argv + first,
		.live = {&o.interfaces, &o.patterns, capture_of(&o)},
	};
	const struct flow_table_options limits = limits_of(&o);

	rc = EX_OSERR;
	interfaces = interfaces_new(o.observer_name, longest_rest_ns(&o));
	if (interfaces == NULL)
		goto out;
	input = input_open(&in, interfaces, &rc);
	if (input == NULL)
		goto out;
	rc = open_writer(&o, &writer);
	if (rc != EX_OK)
		goto out;
	rc = EX_OSERR;
	meter = meter_new(&limits, o.ignore_vlan, interfaces, writer);
	if (meter == NULL)
		goto out;
	rc = run(&o, input, meter, writer);
	report(input, meter, o.read.count == 0);
out:
	meter_free(meter);
	if (topic_writer_close(writer) < 0 && rc == EX_OK)
		rc = bus_is_kafka(o.out) ? EX_UNAVAILABLE : EX_IOERR;
	input_close(input);
	interfaces_free(interfaces);
	return rc;
}
