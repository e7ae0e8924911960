#include "sink/graph/manual.h"

#include <sysexits.h>

const struct settings_manual manual = {
	.program = "tenure-graph",
	.synopsis = "[--in ADDRESS] [--format FORMAT] [--follow] [--listen ADDR:PORT]",
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
			"With --state and --listen it is a server: it keeps what was measured, "
			"minute by minute, and shows any time of it on a page, in JSON and other "
			"forms, and to Prometheus. A restart continues where it was, and each "
			"flow counts once.",
			"An ADDRESS is kafka:TOPIC, a file, or - for standard input. At its start "
			"the program gives up its capabilities and the system calls that it does "
			"not need (--no-seccomp: only the capabilities).",
		},
	.exits =
		{
			{EX_DATAERR, "No record could be read."},
			{EX_NOINPUT,
			 "The input cannot be opened, or is a file that was cut or replaced "
			 "since --state read it."},
			{EX_UNAVAILABLE, "The broker cannot be reached, has no such topic or does "
					 "not permit it, or "
					 "--listen cannot listen "
					 "there."},
			{EX_CANTCREAT, "The --state directory cannot be used."},
			{EX_SOFTWARE, "A system call that the sandbox does not allow."},
			{EX_OSERR, "Out of memory, or the system refuses a call."},
			{EX_IOERR, "The input cannot be read, or the output cannot be written."},
		},
	.examples =
		{
			{"tenure-graph --in tagged.ndjson --format dot | dot -Tsvg >graph.svg",
			 "Draw the graph of a file."},
			{"tenure-graph -b broker:9092 --state /var/lib/tenure-graph "
			 "--listen 127.0.0.1:8090",
			 "Serve the page at http://127.0.0.1:8090."},
			{"tenure-graph -b broker:9092 --in kafka:tenure.flows.tagged --follow",
			 "Show the last five minutes of a topic until interrupted."},
		},
	.see_also = {"dot 1", "tenure-enrich 1", "tenure-flows 1", "tenure-lookup 1",
		     "tenure-observe 1"},
};
