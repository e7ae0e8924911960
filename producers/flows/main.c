/* tenure-flows - packets from interfaces or a file become flow records. */
#include <sysexits.h>

#include "common/program/confine.h"
#include "common/program/log.h"
#include "common/program/stop.h"
#include "producers/flows/capture_list.h"
#include "producers/flows/counters.h"
#include "producers/flows/flow_table.h"
#include "producers/flows/flows_options.h"
#include "producers/flows/flows_status.h"
#include "producers/flows/input.h"
#include "producers/flows/interfaces.h"
#include "producers/flows/links/link_outlet.h"
#include "producers/flows/links/links.h"
#include "producers/flows/loop.h"
#include "producers/flows/meter.h"
#include "producers/flows/nat/conntrack.h"
#include "producers/flows/outlet.h"
#include "producers/flows/report.h"
#include "producers/flows/statistics.h"

struct outputs {
	struct outlet *outlet;
	struct statistics_options statistics_options;
	struct statistics *statistics;
	struct link_outlet_options links_options;
	struct link_outlet *links;
};

static int open_records(const struct flows_options *o, struct outputs *outputs)
{
	outputs->outlet = outlet_open(o->out, &o->bus, o->read.count == 0, &o->queue);
	if (outputs->outlet != NULL)
		return EX_OK;
	return bus_is_kafka(o->out) ? EX_UNAVAILABLE : EX_CANTCREAT;
}

static int open_statistics(struct outputs *outputs)
{
	outputs->statistics = statistics_open(&outputs->statistics_options);
	if (outputs->statistics != NULL)
		return EX_OK;
	return bus_is_kafka(outputs->statistics_options.address) ? EX_UNAVAILABLE : EX_CANTCREAT;
}

static int open_links(struct outputs *outputs, struct interfaces *interfaces, struct links *links)
{
	outputs->links = link_outlet_open(&outputs->links_options, interfaces, links);
	if (outputs->links != NULL)
		return EX_OK;
	return bus_is_kafka(outputs->links_options.address) ? EX_UNAVAILABLE : EX_CANTCREAT;
}

static struct links *make_links(void)
{
	struct links *links = links_new(INTERFACES_MAX);

	if (links == NULL)
		log_error("out of memory for what is known of interfaces");
	return links;
}

/* Whether ADDRESS, or none, is a topic. */
static bool is_topic(const char *address)
{
	return address != NULL && bus_is_kafka(address);
}

/* Gives up privileges, and the system calls that are not needed from now on. FILTERED: there is a filter. -1 on failure
 * (logged). */
static int shut_in(const struct flows_options *o, bool filtered)
{
	bool live = o->read.count == 0;
	unsigned parts = live ? SANDBOX_CAPTURE : 0;

	if (o->status.listen != NULL)
		parts |= SANDBOX_SERVING;
	/* A filter may have names, and is compiled again for another file or interface. */
	if (filtered || is_topic(o->out) || is_topic(o->statistics) || is_topic(o->links))
		parts |= SANDBOX_NETWORK;
	return confine_enter("tenure-flows", o->no_seccomp, parts,
			     o->patterns.count > 0 ? PRIVILEGE_NET_RAW : PRIVILEGE_NONE);
}

/* Opens the outputs and gives up privileges. Returns EX_OK or the exit code. Opening a file may need
 * privileges; threads keep those they start with, so the Kafka clients are opened after giving them up. */
static int open_outputs(const struct flows_options *o, bool filtered, struct interfaces *interfaces,
			struct links *links, struct outputs *outputs)
{
	int rc = EX_OK;

	outputs->statistics_options = (struct statistics_options){
		o->statistics,
		o->statistics_interval_ns,
		o->bus,
		interfaces_hostname(interfaces),
	};
	outputs->links_options = (struct link_outlet_options){
		o->links, o->bus, o->read.count == 0, o->cluster, o->node_name, filtered};
	for (int kafka = 0; kafka <= 1 && rc == EX_OK; kafka++) {
		if (kafka && shut_in(o, filtered) < 0)
			return EX_OSERR;
		if (bus_is_kafka(o->out) == kafka)
			rc = open_records(o, outputs);
		if (rc == EX_OK && o->statistics != NULL && bus_is_kafka(o->statistics) == kafka)
			rc = open_statistics(outputs);
		if (rc == EX_OK && o->links != NULL && bus_is_kafka(o->links) == kafka)
			rc = open_links(outputs, interfaces, links);
	}
	return rc;
}

/* The last line of the log and the last record of the statistics. */
static int say_counters(const struct loop *loop)
{
	struct counters counters;

	loop_count(loop, &counters);
	report(&counters, loop->meter, loop->live);
	if (loop->statistics == NULL)
		return 0;
	return statistics_finish(loop->statistics, &counters, loop->input, loop->deadline);
}

static int failure_of(const char *address)
{
	return bus_is_kafka(address) ? EX_UNAVAILABLE : EX_IOERR;
}

/* Returns RC or, if that is EX_OK, the exit code. */
static int close_outputs(const struct flows_options *o, struct outputs *outputs, int rc)
{
	if (outlet_close(outputs->outlet) < 0 && rc == EX_OK)
		rc = failure_of(o->out);
	if (statistics_close(outputs->statistics) < 0 && rc == EX_OK)
		rc = failure_of(o->statistics);
	if (link_outlet_close(outputs->links) < 0 && rc == EX_OK)
		rc = failure_of(o->links);
	return rc;
}

/* LIMITS are those of the flows. Sets *CONNTRACK if it is wanted. Returns EX_OK or the exit code. */
static int open_conntrack(const struct flows_options *o, const struct flow_table_options *limits,
			  struct conntrack **conntrack)
{
	int64_t idle_ns =
		o->idle_stream_ns < o->idle_datagram_ns ? o->idle_stream_ns : o->idle_datagram_ns;
	int exit_code = EX_OK;

	if (o->conntrack)
		*conntrack = conntrack_open((size_t)o->conntrack_max, flow_table_rest_ns(limits),
					    idle_ns, &exit_code);
	return o->conntrack && *conntrack == NULL ? exit_code : EX_OK;
}

int main(int argc, char **argv)
{
	struct flows_options o;
	struct interfaces *interfaces = NULL;
	struct links *links = NULL;
	struct input *input = NULL;
	struct conntrack *conntrack = NULL;
	struct meter *meter = NULL;
	struct outputs outputs = {0};
	struct flow_table_options limits;
	struct flows_status own;
	struct status *status = NULL;
	int first, rc;
	bool live;

	first = flows_options_read(&o, argc, argv);
	if (first < 0)
		return EX_USAGE;
	if (o.list_interfaces)
		return capture_list();
	stop_install();
	privileges_raise(PRIVILEGE_NET_RAW);
	privileges_raise(PRIVILEGE_NET_ADMIN);
	flows_status_init(&own, &o);
	limits = flows_options_limits(&o);
	live = o.read.count == 0;
	/* Before the capture, so that what goes on is known when the first packet comes. */
	rc = open_conntrack(&o, &limits, &conntrack);
	if (rc != EX_OK)
		return rc;
	/* After conntrack's child, which has none of it; its port may need a privilege. */
	rc = EX_OSERR;
	status = status_open(&o.status, &own.source);
	if (status == NULL)
		goto out;
	o.bus.pause = (struct bus_pause){status_pause, status};

	struct input_options in = {
		.files = &o.read,
		.interface_name = o.interface_name,
		.filter_words = argv + first,
		.live = {&o.interfaces,
			 &o.patterns,
			 {.filter = "",
			  .snaplen = (int)o.snaplen,
			  .buffer_size = (int)o.buffer,
			  .promiscuous = o.promiscuous,
			  .fanout = (unsigned)o.fanout,
			  .tunnels = (enum intake_tunnels)o.tunnels,
			  .payload = o.l7_protocols != 0},
			 o.buffer_total,
			 .groups = &own.groups,
			 .wake_fd = status_fd(status)},
	};
	interfaces = interfaces_new(o.observer_name, flow_table_rest_ns(&limits));
	if (interfaces == NULL || (o.links != NULL && (links = make_links()) == NULL))
		goto out;
	in.live.links = links;
	in.live.whole = links != NULL && o.count == 0 && o.fanout == 0 && first == argc;
	input = input_open(&in, interfaces, &rc);
	if (input == NULL)
		goto out;
	rc = open_outputs(&o, first < argc, interfaces, links, &outputs);
	if (rc != EX_OK) {
		/* That no broker has answered until the stop is no failure. */
		rc = rc == EX_UNAVAILABLE && stop_requested() ? EX_OK : rc;
		goto out;
	}
	rc = EX_OSERR;
	meter = meter_new(&limits, o.ignore_vlan, interfaces, conntrack_translations(conntrack),
			  outputs.outlet);
	if (meter == NULL)
		goto out;

	struct loop loop = {.input = input,
			    .conntrack = conntrack,
			    .meter = meter,
			    .outlet = outputs.outlet,
			    .statistics = outputs.statistics,
			    .links = outputs.links,
			    .links_exit_code = is_topic(o.links) ? EX_UNAVAILABLE : EX_IOERR,
			    .status = status,
			    .live = live,
			    .most = (uint64_t)o.count,
			    .event = WHEN_MIN};

	own.loop = &loop;
	rc = loop_run(&loop);
	if (say_counters(&loop) < 0 && rc == EX_OK)
		rc = failure_of(o.statistics);
out:
	meter_free(meter);
	rc = close_outputs(&o, &outputs, rc);
	input_close(input);
	links_free(links);
	interfaces_free(interfaces);
	conntrack_close(conntrack);
	status_close(status);
	return rc;
}
