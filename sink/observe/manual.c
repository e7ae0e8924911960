#include "sink/observe/manual.h"

#include <sysexits.h>

const struct settings_manual manual = {
	.program = "tenure-observe",
	.synopsis = "[--in ADDRESS] [--since TIME] [--last FLOWS] [--follow] [FILTER]... "
		    "[-o compact|wide|json]",
	.purpose = "Prints tagged flows, one line each: who talked to whom, and what became of it.",
	.description =
		{
			"It reads the output of tenure-enrich. Each line is one record: one flow, "
			"or a "
			"slice of a long one, as one interface saw it. A flow that two interfaces "
			"saw "
			"has two lines; tenure-graph joins them.",
			"A filter such as --pod is about either end, --from-pod about the source "
			"and "
			"--to-pod about the destination. Repeated, a filter takes any of its "
			"values. "
			"All filters about one end must match that end. NAME may be a pattern, "
			"such as "
			"'cart-*'; where it has a slash it is NAMESPACE/NAME.",
			"What was there when it started is printed in order of time, up to 100000 "
			"flows at "
			"once; standard input, and what comes later, as it comes.",
			"TIME is 2026-11-23T08:00:00Z, \"2026-11-23 08:00:00\" (UTC), 5m, or \"5m "
			"ago\", and it is "
			"compared with the end of a flow. In Kafka, --since begins there, "
			"because a record's timestamp is its flow's end.",
			"A correction (tenure.revision 2) is marked, and the line that it corrects "
			"stays.",
		},
	.environment =
		{
			{"NO_COLOR", "If it is set and not empty, there are no colours."},
		},
	.exits =
		{
			{EX_DATAERR, "No record could be read."},
			{EX_NOINPUT, "The input cannot be opened."},
			{EX_UNAVAILABLE, "The broker cannot be reached, or has no such topic or "
					 "does not permit it."},
			{EX_SOFTWARE, "A system call that the sandbox does not allow."},
			{EX_OSERR, "Out of memory, or the system refuses a call."},
			{EX_IOERR, "The input cannot be read, or the output cannot be written."},
		},
	.examples =
		{
			{"tenure-observe -b broker:9092 --follow -n shop",
			 "Print what pods of the namespace shop send and receive from now on."},
			{"tenure-observe -b broker:9092 --since -10m --to-service shop/cart",
			 "What was sent to the service in the last ten minutes."},
			{"tenure-observe --in tagged.ndjson --status unknown -o wide",
			 "The flows with an end that is not known, and why."},
			{"tenure-observe --in tagged.ndjson -n shop -o json | tenure-observe --in "
			 "- "
			 "--not --port 8080",
			 "Filters in turn: of the namespace, what is not on a port."},
		},
	.see_also = {"tenure-enrich 1", "tenure-graph 1", "tenure-lookup 1"},
};
