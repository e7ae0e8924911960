#include "sink/lookup/manual.h"

#include <sysexits.h>

const struct settings_manual manual = {
	.program = "tenure-lookup",
	.synopsis = "--kube ADDRESS [--at TIME] ADDRESS...",
	.purpose = "Says who held an IP address of a Kubernetes cluster, at any time.",
	.operands = true,
	.description =
		{
			"It reads the watch events of tenure-kube to their end and answers for "
			"each IP address given: the pod, node or service that held it at the "
			"time, or why that is unknown or ambiguous. The operand - reads addresses "
			"from standard input, one per line.",
			"The question is whose packet this was: the address is assumed to have "
			"sent one. With --received it only received one, which does not prove "
			"that anybody was there.",
			"The ADDRESS of --kube is kafka:TOPIC, a file, or - for standard input.",
		},
	.files =
		{
			{"DIR/timeline", "Who held which address, in RocksDB, with --state. It is "
					 "a cache of the kube topic and may be deleted."},
		},
	.exits =
		{
			{EX_DATAERR, "A line of standard input is not an IP address; the others "
				     "are answered. Or no record of a kube file can be read."},
			{EX_NOINPUT, "A file of watch events cannot be opened."},
			{EX_UNAVAILABLE, "The broker cannot be reached or has no such topic."},
			{EX_OSERR, "No memory."},
			{EX_CANTCREAT, "The state cannot be created."},
			{EX_IOERR, "Reading or writing fails."},
			{EX_CONFIG, "There are several clusters and no --cluster, or the inputs do "
				    "not contain the one it names."},
		},
	.examples =
		{
			{"tenure-lookup --kube kube.ndjson --at 2026-11-24T07:49:29Z 10.244.2.10",
			 "Say who held an address at a moment."},
			{"tenure-lookup --kube kube.ndjson --at 2026-11-24T07:49:29Z --explain "
			 "10.244.2.10",
			 "Say why."},
			{"tenure-lookup --kube kafka:tenure.kube -b broker:9092 --history "
			 "10.244.2.10",
			 "List everyone who ever held it."},
		},
	.see_also = {"tenure-enrich 1", "tenure-graph 1", "tenure-kube 1"},
};
