#include "sink/graph/manual.h"

#include <sysexits.h>

const struct settings_manual manual = {
	.program = "tenure-graph",
	.synopsis = "[--in ADDRESS] [--from TIME] [--to TIME] [--format FORMAT] [--follow]",
	.purpose =
		"Prints who talks to whom, how much, how fast, and what failed, from tagged flows.",
	.description =
		{
			"It reads the output of tenure-enrich and prints the service graph: for "
			"each client and server the flows, bytes, requests, response times and "
			"errors. A conversation that several interfaces saw counts once.",
			"Without --follow it reads up to where the input ended when it "
			"started, and prints once. With --follow it keeps reading and shows the "
			"last --window "
			"of event time, at most once a second.",
			"An ADDRESS is kafka:TOPIC, a file, or - for standard input.",
		},
	.exits =
		{
			{EX_DATAERR, "No record could be read."},
			{EX_NOINPUT, "The input cannot be opened."},
			{EX_UNAVAILABLE, "The broker cannot be reached or has no such topic."},
			{EX_OSERR, "Out of memory."},
			{EX_IOERR, "The input cannot be read, or the output cannot be written."},
		},
	.examples =
		{
			{"tenure-graph --in tagged.ndjson --format dot | dot -Tsvg >graph.svg",
			 "Draw the graph of a file."},
			{"tenure-graph -b broker:9092 --in kafka:tenure.flows.tagged --follow",
			 "Show the last five minutes of a topic until interrupted."},
		},
	.see_also = {"dot 1", "tenure-enrich 1", "tenure-flows 1", "tenure-lookup 1",
		     "tenure-observe 1"},
};
