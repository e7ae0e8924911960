#include "sink/lookup/manual.h"

#include <sysexits.h>

const struct settings_manual manual = {
	.program = "tenure-lookup",
	.synopsis =
		"{--kube ADDRESS | --server URL} [--at TIME | --history] {ADDRESS | --service "
		"NAMESPACE/NAME | --pod NAMESPACE/NAME | --node NAME}... | --annotate | --listen "
		"ADDR:PORT",
	.purpose = "Says who held an IP address of a Kubernetes cluster, at any time.",
	.operands = true,
	.description =
		{
			"It reads the watch events of tenure-kube to their end and answers for "
			"each IP address given: the pod, node or service that held it at the "
			"time, or why that is unknown or ambiguous. The operand - reads lines of "
			"standard input: ADDRESS, ADDRESS TIME, or TIME ... ADDRESS. --explain "
			"says why.",
			"--service, --pod and --node ask the other way round: for the addresses "
			"that the name had at the time or, with --history, ever. With --annotate "
			"it copies a log from standard input, and after each "
			"address says who held it at the time of its line.",
			"The question is whose packet this was: the address is assumed to have "
			"sent one. With --received it only received one, which does not prove "
			"that anybody was there.",
			"The ADDRESS of --kube is kafka:TOPIC, a file, or - for standard input.",
			"An interrupt while it reads the watch events makes it answer from what it "
			"has read; a second one ends it.",
		},
	.files =
		{
			{"$XDG_STATE_HOME/tenure/lookup-HASH/timeline",
			 "Who held which address, in RocksDB: a cache of the kube topic, which may "
			 "be deleted. ~/.local/state is the default."},
			{"DIR/timeline", "The same, with --state."},
		},
	.exits =
		{
			{EX_DATAERR, "A line of standard input is not an IP address; the others "
				     "are answered. Or no record of a kube file can be read."},
			{EX_NOINPUT, "A file of watch events cannot be opened."},
			{EX_NOHOST, "No address is known that ever had the name of --service, "
				    "--pod or --node; what else was asked is answered."},
			{EX_UNAVAILABLE, "The broker cannot be reached, has no such topic or does "
					 "not permit it, or the "
					 "server of --server cannot be reached."},
			{EX_SOFTWARE, "A system call that the sandbox does not allow."},
			{EX_OSERR, "No memory, or the system refuses a call."},
			{EX_CANTCREAT, "The state cannot be created."},
			{EX_IOERR, "Reading or writing fails."},
			{EX_TEMPFAIL,
			 "It is interrupted before the state was matched to this topic."},
			{EX_CONFIG, "There are several clusters and no --cluster, or the inputs do "
				    "not contain the one it names."},
		},
	.examples =
		{
			{"tenure-lookup --kube kube.ndjson --at 2026-11-24T07:49:29Z 10.244.2.10",
			 "Say who held an address at a moment."},
			{"tenure-lookup --kube kafka:tenure.kube -b broker:9092 --annotate "
			 "<access.log",
			 "Say in a log who each address was."},
			{"tenure-lookup --kube kafka:tenure.kube -b broker:9092 --history "
			 "10.244.2.10",
			 "List everyone who ever held it."},
			{"tenure-lookup --kube kafka:tenure.kube -b broker:9092 --service shop/web "
			 "--at -5m",
			 "List the addresses that a service had five minutes ago."},
			{"tenure-lookup --kube kafka:tenure.kube -b broker:9092 --listen :8080 "
			 "--listen-dns :5353",
			 "Answer over HTTP and DNS."},
		},
	.see_also = {"tenure-enrich 1", "tenure-graph 1", "tenure-kube 1"},
};
