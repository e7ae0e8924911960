/* tenure-flows - packets from interfaces or a file become flow records. */
#include <sysexits.h>

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "common/program/log.h"
#include "common/program/stop.h"
#include "common/topic/topic_writer.h"
#include "producers/flows/flow_table.h"
#include "producers/flows/flows_options.h"
#include "producers/flows/input.h"
#include "producers/flows/interfaces.h"
#include "producers/flows/meter.h"
#include "producers/flows/nat/conntrack.h"
#include "producers/flows/privileges.h"
#include "producers/flows/report.h"

#define POLL_MS 100
#define FLUSH_NS NS_PER_SECOND
/* In silence the table's clock follows the wall clock at this distance: a packet may be
 * in a ring, which releases it within 50 ms. */
#define SILENCE_LAG_NS (2 * NS_PER_SECOND)

/* Opens the output and gives up privileges. Returns EX_OK or the exit code. Threads keep the
 * privileges they start with, so the Kafka client is opened after giving them up; opening a file
 * may need them. */
static int open_writer(const struct flows_options *o, struct topic_writer **writer)
{
	enum privilege kept = o->patterns.count > 0 ? PRIVILEGE_NET_RAW : PRIVILEGE_NONE;
	bool kafka = bus_is_kafka(o->out);

	if (kafka && privileges_drop(kept) < 0)
		return EX_OSERR;
	*writer = topic_writer_open(o->out, &o->bus);
	if (*writer == NULL)
		return kafka ? EX_UNAVAILABLE : EX_CANTCREAT;
	return !kafka && privileges_drop(kept) < 0 ? EX_OSERR : EX_OK;
}

/* CONNTRACK may be NULL. */
static int run(const struct flows_options *o, struct input *input, struct conntrack *conntrack,
	       struct meter *meter, struct topic_writer *writer)
{
	struct packet packets[FLOW_TABLE_BATCH];
	struct when now, flushed = when_now();
	enum live_status status = LIVE_PACKETS;
	bool stopped = false;
	size_t count;

	while (status != LIVE_END) {
		if (stop_requested() && !stopped) {
			stopped = true;
			input_stop(input);
		}
		status = input_read(input, POLL_MS, packets, FLOW_TABLE_BATCH, &count);
		/* After the packets, so that it knows of connections that began with them. */
		if (conntrack != NULL)
			conntrack_read(conntrack);
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
	if (!stopped && o->read.count == 0) {
		log_error("no interface is left to capture on");
		return EX_NOINPUT;
	}
	return input_exit_code(input);
}

/* By then after its last packet every flow has ended. */
static int64_t longest_rest_ns(const struct flows_options *o)
{
	int64_t idle_ns =
		o->idle_stream_ns > o->idle_datagram_ns ? o->idle_stream_ns : o->idle_datagram_ns;

	return idle_ns + 60 * NS_PER_SECOND;
}

static int64_t shortest_idle_ns(const struct flows_options *o)
{
	return o->idle_stream_ns < o->idle_datagram_ns ? o->idle_stream_ns : o->idle_datagram_ns;
}

int main(int argc, char **argv)
{
	struct flows_options o;
	struct interfaces *interfaces = NULL;
	struct topic_writer *writer = NULL;
	struct input *input = NULL;
	struct conntrack *conntrack = NULL;
	struct meter *meter = NULL;
	struct flow_table_options limits;
	int first, rc = EX_USAGE;

	first = flows_options_read(&o, argc, argv);
	if (first < 0)
		return EX_USAGE;
	stop_install();

	const struct input_options in = {
		.files = &o.read,
		.interface_name = o.interface_name,
		.filter_words = argv + first,
		.live = {&o.interfaces,
			 &o.patterns,
			 {.filter = "",
			  .snaplen = (int)o.snaplen,
			  .buffer_size = (int)o.buffer,
			  .promiscuous = o.promiscuous,
			  .tunnels = (enum intake_tunnels)o.tunnels,
			  .payload = o.l7_protocols != 0},
			 o.buffer_total},
	};
	limits = flows_options_limits(&o);

	/* Before the capture, so that what goes on is known when the first packet comes. */
	if (o.conntrack) {
		conntrack = conntrack_open((size_t)o.conntrack_max, longest_rest_ns(&o),
					   shortest_idle_ns(&o), &rc);
		if (conntrack == NULL)
			return rc;
	}
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
	meter = meter_new(&limits, o.ignore_vlan, interfaces, conntrack_translations(conntrack),
			  writer);
	if (meter == NULL)
		goto out;
	rc = run(&o, input, conntrack, meter, writer);
	report(input, meter, o.read.count == 0);
out:
	meter_free(meter);
	if (topic_writer_close(writer) < 0 && rc == EX_OK)
		rc = bus_is_kafka(o.out) ? EX_UNAVAILABLE : EX_IOERR;
	input_close(input);
	interfaces_free(interfaces);
	conntrack_close(conntrack);
	return rc;
}
