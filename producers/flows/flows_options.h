/* flows_options.h - the options of tenure-flows. */
#ifndef TENURE_FLOWS_OPTIONS_H
#define TENURE_FLOWS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/bus/bus.h"
#include "common/kafka/kafka_queue.h"
#include "common/program/settings.h"
#include "producers/flows/flow_table.h"

struct flows_options {
	struct settings_list interfaces;
	struct settings_list patterns;
	struct settings_list read;
	const char *out;
	struct bus_options bus;
	struct kafka_queue_limits queue; /* of a live capture's records for Kafka */
	const char *statistics;          /* an address; NULL for none */
	int64_t statistics_interval_ns;
	const char *links;   /* an address; NULL for none */
	const char *cluster; /* of LINKS, as NODE_NAME; NULL for none */
	const char *node_name;
	int64_t idle_stream_ns;
	int64_t idle_datagram_ns;
	int64_t active_ns;
	int64_t linger_ns;
	int64_t max_flows;
	int64_t sample;
	int64_t snaplen;
	const char *l7;
	unsigned l7_protocols;
	int64_t buffer;
	int64_t buffer_total;
	int64_t count; /* packets; 0: all */
	bool no_seccomp;
	int64_t fanout; /* 0: no group */
	bool list_interfaces;
	bool promiscuous;
	bool mirrored;
	bool ignore_vlan;
	bool conntrack;
	int64_t conntrack_max;
	int tunnels; /* enum intake_tunnels */
	const char *observer_name;
	const char *interface_name;
};

/* Reads ARGV into *OPTIONS, whose strings are borrowed from it. Returns the index of the filter's first
 * word, or -1 after logging. */
int flows_options_read(struct flows_options *options, int argc, char **argv);

/* The table's part of OPTIONS; its seed is not set. */
struct flow_table_options flows_options_limits(const struct flows_options *options);

#endif
