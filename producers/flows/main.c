/* tenure-flows - packets from interfaces or a file become flow records. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "common/bus/bus.h"
#include "common/program/log.h"
#include "common/program/settings.h"
#include "common/program/stop.h"
#include "common/topic/topic_writer.h"
#include "producers/flows/capture.h"
#include "producers/flows/flow_table.h"
#include "producers/flows/interfaces.h"
#include "producers/flows/live.h"
#include "producers/flows/manual.h"
#include "producers/flows/meter.h"
#include "producers/flows/privileges.h"

#define TIMEOUT_MAX_NS (30 * 24 * 3600 * NS_PER_SECOND)
#define POLL_MS 100
#define FLUSH_NS NS_PER_SECOND
/* Silence moves the clock by the wall clock less this: a packet may still be in a
 * ring, which hands it over within 50 ms. */
#define SILENCE_LAG_NS (2 * NS_PER_SECOND)

struct flows_options {
	struct settings_list interfaces;
	struct settings_list patterns;
	const char *read;
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
	const char *observer_name;
	const char *interface_name;
	struct text filter;
};

static int usage(const char *words)
{
	log_error("%s", words);
	return EX_USAGE;
}

static int check(const struct flows_options *o)
{
	bool live = o->interfaces.count > 0 || o->patterns.count > 0;
	const int64_t timeouts[] = {o->idle_stream_ns, o->idle_datagram_ns, o->active_ns,
				    o->linger_ns};

	if (live == (o->read != NULL))
		return usage("give either --interface (or --interfaces-from) or --read");
	if (!o->out)
		return usage("--out: give a topic (kafka:TOPIC), a file or -");
	for (size_t i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
		if (timeouts[i] < NS_PER_MS || timeouts[i] > TIMEOUT_MAX_NS)
			return usage("--idle-timeout, --idle-timeout-datagram, --active-timeout "
				     "and --linger: from 1ms to 30d");
	}
	if (o->max_flows < 1 || o->max_flows > FLOW_TABLE_MAX)
		return usage("--max-flows: from 1 to 16777216");
	if (o->snaplen < 64 || o->snaplen > 262144)
		return usage("--snaplen: from 64 to 262144 bytes");
	if (o->buffer < 65536 || o->buffer > INT_MAX)
		return usage("--buffer: from 65536 to 2147483647 bytes");
	return EX_OK;
}

/* The words behind the options are one filter, as for tcpdump. */
static void join_filter(struct flows_options *o, char **words)
{
	text_init(&o->filter, 65536);
	for (; *words; words++) {
		if (o->filter.length > 0)
			text_add_string(&o->filter, " ");
		text_add_string(&o->filter, *words);
	}
}

static int read_options(struct flows_options *o, int argc, char **argv)
{
	const struct setting table[] = {
		SETTING_LIST("interface", 'i', "NAME", &o->interfaces,
			     "interface to capture on, or any; may be repeated"),
		SETTING_LIST("interfaces-from", 0, "PATTERN", &o->patterns,
			     "also those that match, such as 'veth*', as they come and go; may be "
			     "repeated"),
		SETTING_TEXT("read", 'r', "FILE", &o->read, "pcap or pcapng file to read, or -"),
		SETTING_TEXT("out", 'o', "ADDRESS", &o->out,
			     "where the records go: kafka:TOPIC, a file or -"),
		BUS_SETTINGS(&o->bus),
		SETTING_DURATION("idle-timeout", 0, "DURATION", &o->idle_stream_ns,
				 "end a TCP or SCTP flow after this long without a packet"),
		SETTING_DURATION("idle-timeout-datagram", 0, "DURATION", &o->idle_datagram_ns,
				 "the same for UDP, ICMP and all else"),
		SETTING_DURATION("active-timeout", 0, "DURATION", &o->active_ns,
				 "cut a longer flow into slices of this length"),
		SETTING_DURATION("linger", 0, "DURATION", &o->linger_ns,
				 "how long a closed TCP flow waits for its last packets"),
		SETTING_NUMBER("max-flows", 0, "COUNT", &o->max_flows,
			       "flows in memory at once, about 350 bytes each"),
		SETTING_NUMBER("snaplen", 's', "BYTES", &o->snaplen,
			       "bytes of each frame to capture"),
		SETTING_NUMBER("buffer", 0, "BYTES", &o->buffer,
			       "the kernel's ring for each interface"),
		SETTING_BOOL("promiscuous", 0, &o->promiscuous,
			     "take frames for other stations too"),
		SETTING_TEXT("observer-name", 0, "NAME", &o->observer_name,
			     "observer.hostname of the records (default: this host's name)"),
		SETTING_TEXT("interface-name", 0, "NAME", &o->interface_name,
			     "observer.interface.name for a file (default: the file's name)"),
		SETTING_END,
	};
	int first = settings_read(&manual, table, argc, argv);

	if (first < 0)
		return EX_USAGE;
	join_filter(o, argv + first);
	if (o->filter.failed)
		return usage("the filter is longer than 65536 bytes");
	return check(o);
}

/* Opens the output and gives up privileges: EX_OK, or the code for exit(). The Kafka
 * client starts threads, which keep what they had when they started; a file may be
 * one that only the privileges can open. */
static int open_writer(const struct flows_options *o, struct topic_writer **writer)
{
	bool kafka = bus_is_kafka(o->out), keep_net_raw = o->patterns.count > 0;

	if (kafka && privileges_drop(keep_net_raw) < 0)
		return EX_OSERR;
	*writer = topic_writer_open(o->out, &o->bus);
	if (!*writer)
		return kafka ? EX_UNAVAILABLE : EX_CANTCREAT;
	return !kafka && privileges_drop(keep_net_raw) < 0 ? EX_OSERR : EX_OK;
}

static struct meter *open_meter(const struct flows_options *o, const struct interfaces *interfaces,
				struct topic_writer *writer)
{
	struct flow_table_options options = {
		.max_flows = (size_t)o->max_flows,
		.idle_stream_ns = o->idle_stream_ns,
		.idle_datagram_ns = o->idle_datagram_ns,
		.active_ns = o->active_ns,
		.linger_ns = o->linger_ns,
	};
	struct meter *meter = NULL;

	if (getrandom(options.seed, sizeof(options.seed), 0) == (ssize_t)sizeof(options.seed))
		meter = meter_new(&options, interfaces, writer);
	if (meter == NULL)
		log_error("no memory or no random numbers for %" PRId64 " flows", o->max_flows);
	return meter;
}

static struct interfaces *open_interfaces(const struct flows_options *o)
{
	char hostname[FLOW_HOSTNAME_SIZE] = "";
	int64_t longest =
		o->idle_stream_ns > o->idle_datagram_ns ? o->idle_stream_ns : o->idle_datagram_ns;
	struct interfaces *interfaces;

	if (o->observer_name == NULL && gethostname(hostname, sizeof(hostname) - 1) != 0)
		log_warn("this host has no name; --observer-name gives one");
	interfaces = interfaces_new(o->observer_name ? o->observer_name : hostname,
				    longest + 60 * NS_PER_SECOND);
	if (interfaces == NULL)
		log_error("no memory");
	return interfaces;
}

/* ---- A file ---- */

/* The number of a packet's interface: a cooked packet of version 2 tells its index
 * on the host that captured, where its name is not known here. */
static uint16_t number_of(struct interfaces *interfaces, const char *name, uint32_t index,
			  uint16_t first)
{
	uint16_t number = index == 0 ? first : interfaces_find(interfaces, index);

	if (number == INTERFACES_NONE)
		number = interfaces_learn(interfaces, name, index, WHEN_MIN);
	return number == INTERFACES_NONE ? first : number;
}

static int run_file(const struct flows_options *o, struct interfaces *interfaces,
		    struct meter *meter, struct capture *capture)
{
	struct packet packets[FLOW_TABLE_BATCH];
	const char *slash = strrchr(o->read, '/');
	const char *name = o->interface_name ? o->interface_name : slash ? slash + 1 : o->read;
	uint16_t first = interfaces_add(interfaces, name, 0, WHEN_MIN);
	enum capture_status status = CAPTURE_PACKETS;
	size_t count;

	while (status == CAPTURE_PACKETS && !stop_requested()) {
		status = capture_read(capture, packets, FLOW_TABLE_BATCH, &count);
		for (size_t i = 0; i < count; i++)
			packets[i].interface =
				number_of(interfaces, name, packets[i].interface_id, first);
		if (meter_add(meter, packets, count) < 0)
			return EX_IOERR;
	}
	return meter_finish(meter) == 0 ? EX_OK : EX_IOERR;
}

/* ---- Interfaces ---- */

static int run_live(const struct flows_options *o, struct meter *meter, struct topic_writer *writer,
		    struct live *live)
{
	struct packet packets[FLOW_TABLE_BATCH];
	struct when flushed = when_now();
	enum live_status status = LIVE_QUIET;
	size_t count;

	while (status != LIVE_END && !stop_requested()) {
		struct when now;

		status = live_read(live, POLL_MS, packets, FLOW_TABLE_BATCH, &count);
		if (meter_add(meter, packets, count) < 0)
			return EX_IOERR;
		if (status == LIVE_PACKETS)
			continue;
		now = when_now();
		if (meter_advance(meter, when_add(now, -SILENCE_LAG_NS)) < 0)
			return EX_IOERR;
		/* Kafka sends by itself. */
		if (when_since(now, flushed) >= FLUSH_NS && !bus_is_kafka(o->out)) {
			flushed = now;
			if (topic_writer_flush(writer) < 0)
				return EX_IOERR;
		}
	}
	if (meter_finish(meter) < 0)
		return EX_IOERR;
	if (status == LIVE_END) {
		log_error("no interface is left to capture on");
		return EX_NOINPUT;
	}
	return EX_OK;
}

/* ---- Counters ---- */

static void report(const struct capture_stats *capture, const struct live_stats *live,
		   const struct meter_stats *meter)
{
	struct text line;

	text_init(&line, 4096);
	text_add_format(&line,
			"frames=%" PRIu64 " packets=%" PRIu64 " flows=%" PRIu64 " records=%" PRIu64,
			capture->frames, (capture->verdicts[PACKET_OK] - meter->fragments_alone),
			meter->table.flows, meter->records);
	for (unsigned i = PACKET_OK + 1; i < PACKET_VERDICTS; i++) {
		uint64_t count = capture->verdicts[i];

		if (i == PACKET_FRAGMENT_ALONE)
			count += meter->fragments_alone;
		text_add_format(&line, " %s=%" PRIu64, packet_verdict_name(i), count);
	}
	text_add_format(
		&line,
		" kernel_drops=%" PRIu64 " interface_drops=%" PRIu64 " truncated_files=%" PRIu64 " "
		"evictions=%" PRIu64 " samples_lost=%" PRIu64 " clock_steps=%" PRIu64,
		capture->kernel_drops, capture->interface_drops, capture->truncated,
		meter->table.evictions, meter->table.samples_lost, meter->table.clock_steps);
	if (live)
		text_add_format(&line,
				" interfaces_opened=%" PRIu64 " interfaces_gone=%" PRIu64 " "
				"interfaces_refused=%" PRIu64,
				live->opened, live->gone, live->refused);
	log_info("%s", text_terminate(&line));
	text_free(&line);
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
	struct interfaces *interfaces = NULL;
	struct topic_writer *writer = NULL;
	struct meter *meter = NULL;
	struct capture *file = NULL;
	struct live *live = NULL;
	struct live_options live_options;
	struct live_stats live_stats;
	struct meter_stats meter_stats;
	struct capture_stats capture_stats = {0};
	int rc;

	log_init("tenure-flows", LOG_LEVEL_INFO, LOG_AUTO);
	stop_install();
	rc = read_options(&o, argc, argv);
	if (rc != EX_OK)
		goto out;
	live_options = (struct live_options){
		.names = &o.interfaces,
		.patterns = &o.patterns,
		.capture = {text_terminate(&o.filter), (int)o.snaplen, (int)o.buffer,
			    o.promiscuous},
	};
	rc = EX_OSERR;
	interfaces = open_interfaces(&o);
	if (interfaces == NULL)
		goto out;
	if (o.read)
		file = capture_open_file(o.read, &live_options.capture, &rc);
	else
		live = live_open(&live_options, interfaces, &rc);
	if (file == NULL && !live)
		goto out;
	rc = open_writer(&o, &writer);
	if (rc != EX_OK)
		goto out;
	rc = EX_OSERR;
	meter = open_meter(&o, interfaces, writer);
	if (meter == NULL)
		goto out;
	rc = file != NULL ? run_file(&o, interfaces, meter, file)
			  : run_live(&o, meter, writer, live);
	meter_stats = meter_get_stats(meter);
	if (file != NULL) {
		capture_add_stats(file, &capture_stats);
		report(&capture_stats, NULL, &meter_stats);
	} else {
		live_stats = live_get_stats(live);
		report(&live_stats.capture, &live_stats, &meter_stats);
	}
out:
	meter_free(meter);
	if (topic_writer_close(writer) < 0 && rc == EX_OK)
		rc = bus_is_kafka(o.out) ? EX_UNAVAILABLE : EX_IOERR;
	live_close(live);
	capture_close(file);
	interfaces_free(interfaces);
	text_free(&o.filter);
	return rc;
}
