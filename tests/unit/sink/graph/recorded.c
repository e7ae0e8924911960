#include "tests/unit/sink/graph/recorded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/quoted.h"

void recorded_make(char parent[static 64])
{
	snprintf(parent, 64, "/tmp/tenure-recorder-test-XXXXXX");
	assert_non_null(mkdtemp(parent));
}

void recorded_remove(const char *parent)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", parent);
	assert_int_equal(system(command), 0);
}

struct recorder *recorded_open(const char *parent, int64_t held)
{
	static char folder[80];
	const struct recorder_options options = {
		.history = {.folder = folder,
			    .retention_ns = 86400 * NS_PER_SECOND,
			    .ends_max = 1000,
			    .edges_max = 1000},
		.address = "kafka:flows",
		.horizon_ns = 10 * NS_PER_SECOND,
		.held = held,
	};

	snprintf(folder, sizeof(folder), "%s/state", parent);
	return recorder_open(&options);
}

int recorded_add(struct recorder *recorder, int64_t offset, int64_t seconds)
{
	char value[2048], moment[WHEN_TEXT_SIZE];
	int length;

	when_format((struct when){(seconds < 0 ? 0 : seconds) * NS_PER_SECOND}, moment);
	length =
		snprintf(value, sizeof(value),
			 quoted("{'event':{'start':'%s','end':'%s','duration':0},"
				"'network':{'type':'ipv4','transport':'tcp'},"
				"'source':{'ip':'10.0.0.1','port':%d,'bytes':1,'packets':1},"
				"'destination':{'ip':'10.0.0.2','port':80,'bytes':1,'packets':1},"
				"'flow':{'id':'%d','slice':0},"
				"'observer':{'hostname':'n1','interface':{'name':'eth0','id':1}},"
				"'tenure':{'source':{'status':'unknown','reason':'no_record'},"
				"'destination':{'status':'unknown','reason':'no_record'},'rules':1,"
				"'revision':1,'flow':{'topic':'t','partition':0,'offset':%d}}}"),
			 moment, moment, 1000 + (int)offset, (int)offset, (int)offset);
	assert_true(length < (int)sizeof(value));
	return recorder_add(recorder,
			    &(struct bus_record){.offset = offset,
						 .value = seconds < 0 ? "?" : value,
						 .value_length = seconds < 0 ? 1 : (size_t)length},
			    RECORDED_NOW);
}

uint64_t recorded_flows(struct recorder *recorder)
{
	struct node_table nodes = {0};
	uint64_t flows = 0;
	struct graph graph;

	graph_init(&graph);
	assert_int_equal(recorder_show(recorder), 0);
	assert_int_equal(history_sum(recorder_history(recorder), WHEN_MIN, WHEN_MAX,
				     NODE_LEVEL_SERVICE, NULL, &nodes, &graph),
			 0);
	for (size_t i = 0; i < graph.count; i++)
		flows += graph.edges[i].measures.flows;
	graph_free(&graph);
	node_table_free(&nodes);
	return flows;
}
