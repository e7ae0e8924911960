/* tenure-flows - packets from interfaces or a file become flow records. */
#include <sysexits.h>

#include "common/program/stop.h"
#include "producers/flows/counters.h"
#include "producers/flows/flow_table.h"
#include "producers/flows/flows_options.h"
#include "producers/flows/input.h"
#include "producers/flows/interfaces.h"
#include "producers/flows/loop.h"
#include "producers/flows/meter.h"
#include "producers/flows/outlet.h"
#include "producers/flows/privileges.h"
#include "producers/flows/report.h"

#define REST_NS (60 * NS_PER_SECOND)

/* Opens the output and gives up privileges. Returns EX_OK or the exit code. Threads keep the
 * privileges they start with, so the Kafka client is opened after giving them up; opening a file
 * may need them. */
static int open_outlet(const struct flows_options *o, struct outlet **outlet)
{
	bool kafka = bus_is_kafka(o->out), keep_net_raw = o->patterns.count > 0;

	if (kafka && privileges_drop(keep_net_raw) < 0)
		return EX_OSERR;
	*outlet = outlet_open(o->out, &o->bus, o->read.count == 0, &o->queue);
	if (*outlet == NULL)
		return kafka ? EX_UNAVAILABLE : EX_CANTCREAT;
	return !kafka && privileges_drop(keep_net_raw) < 0 ? EX_OSERR : EX_OK;
}

int main(int argc, char **argv)
{
	struct flows_options o;
	struct interfaces *interfaces = NULL;
	struct input *input = NULL;
	struct meter *meter = NULL;
	struct outlet *outlet = NULL;
	struct counters counters;
	struct flow_table_options limits;
	int first, rc = EX_USAGE;
	bool live;

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
	live = o.read.count == 0;

	rc = EX_OSERR;
	interfaces = interfaces_new(o.observer_name, flow_table_idle_ns(&limits) + REST_NS);
	if (interfaces == NULL)
		goto out;
	input = input_open(&in, interfaces, &rc);
	if (input == NULL)
		goto out;
	rc = open_outlet(&o, &outlet);
	if (rc != EX_OK)
		goto out;
	rc = EX_OSERR;
	meter = meter_new(&limits, o.ignore_vlan, interfaces, outlet);
	if (meter == NULL)
		goto out;
	rc = loop_run(&(struct loop){input, meter, outlet, live});
	counters_collect(input, meter, outlet, live, outlet_is_queue(o.out, live), &counters);
	report(&counters, meter);
out:
	meter_free(meter);
	if (outlet_close(outlet) < 0 && rc == EX_OK)
		rc = bus_is_kafka(o.out) ? EX_UNAVAILABLE : EX_IOERR;
	input_close(input);
	interfaces_free(interfaces);
	return rc;
}
