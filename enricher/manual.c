#include "enricher/manual.h"

#include <sysexits.h>

const struct settings_manual manual = {
	.program = "tenure-enrich",
	.synopsis = "--kube ADDRESS --flows ADDRESS --out ADDRESS --rejected ADDRESS [--state DIR]",
	.purpose = "Tags each flow with the pods, nodes and services that held its addresses at "
		   "that time.",
	.description =
		{
			"It reads the watch events of tenure-kube and flow records, and writes "
			"each flow with one more member, tenure, that names the holder of both "
			"addresses or says why it is not known. A flow that cannot be tagged is "
			"written to --rejected with the reason.",
			"A flow waits until the cluster's state is known up to --hold and --skew "
			"after its end. When that takes longer than --max-hold, it is answered "
			"provisionally and marked.",
			"With --revise it reads tagged flows and asks about each again, that much "
			"later. Those whose answer was provisional or has changed are written to "
			"--out with revision 2, and the others are only counted.",
			"On Kafka, outputs and offsets are committed in one transaction. Several "
			"processes share the partitions; each needs an --instance of its own. "
			"With files, the outputs are their own log, and a killed run continues "
			"after the last flow in them.",
			"An ADDRESS is kafka:TOPIC, a file, or - for standard input or output. At "
			"its start the program gives up its capabilities and the system calls that "
			"it does not need (--no-seccomp: only the capabilities).",
		},
	.files =
		{
			{"DIR/timeline", "Who held which address, in RocksDB. It is a cache of "
					 "the kube topic and may be deleted."},
			{"DIR/options", "The options that file outputs were made with."},
		},
	.exits =
		{
			{EX_DATAERR, "A file is something else, no record of a kube file can be "
				     "read, or no flow could be tagged."},
			{EX_NOINPUT, "An input file cannot be opened."},
			{EX_UNAVAILABLE,
			 "The broker does not answer, has no such topic, does not permit it or "
			 "does not take what is written, or another process has the same "
			 "--instance."},
			{EX_SOFTWARE, "A system call that the sandbox does not allow."},
			{EX_OSERR, "No memory, or the system refuses a call."},
			{EX_CANTCREAT, "An output or the state cannot be created."},
			{EX_IOERR, "Reading or writing fails."},
			{EX_CONFIG, "The inputs, the outputs, the state and the options do not "
				    "fit together, another run in the group has read before "
				    "what a bounded run was to read, or what the group has "
				    "yet to read was deleted; the log says which."},
		},
	.examples =
		{
			{"tenure-enrich --kube kube.ndjson --flows flows.ndjson --out "
			 "tagged.ndjson "
			 "--rejected rejected.ndjson --state state",
			 "Tag the flows of a file."},
			{"tenure-enrich -b broker:9092 --kube kafka:tenure.kube --flows "
			 "kafka:tenure.flows --out kafka:tenure.flows.tagged --rejected "
			 "kafka:tenure.flows.rejected --state /var/lib/tenure --instance a",
			 "Tag the flows of a topic until a signal comes."},
			{"tenure-enrich -b broker:9092 --revise 5m --kube kafka:tenure.kube "
			 "--flows "
			 "kafka:tenure.flows.tagged --out kafka:tenure.flows.corrections "
			 "--rejected kafka:tenure.flows.rejected --state /var/lib/tenure-revise "
			 "--instance a-revise",
			 "Correct the answers of five minutes ago until a signal comes."},
		},
	.see_also = {"tenure-flows 1", "tenure-graph 1", "tenure-kube 1", "tenure-lookup 1",
		     "tenure-observe 1"},
};
