#include "producers/flows/manual.h"

#include <sysexits.h>

const struct settings_manual manual = {
	.program = "tenure-flows",
	.synopsis = "-i INTERFACE | --interfaces-from PATTERN | -r FILE...  --out ADDRESS [FILTER]",
	.purpose = "Turns packets into flow records. FILTER is a pcap filter, as for tcpdump.",
	.operands = true,
	.description =
		{
			"Packets come from interfaces or from pcap or pcapng files. Each "
			"conversation between two endpoints becomes one JSON record with its "
			"counters, TCP handshake times, retransmissions and response times; a "
			"long conversation becomes one record for each slice of it.",
			"The words after the options are one filter. A flow ends when it is "
			"idle, when TCP closes it, or at the end of the input.",
			"Capturing needs CAP_NET_RAW. The program gives up all privileges once "
			"the capture is open; with --interfaces-from it keeps CAP_NET_RAW, "
			"because interfaces come and go. The kernel then refuses the system calls "
			"that it does not need (--no-seccomp: it does not).",
			"With --conntrack a record has the other side of an address translation on "
			"this node, where it is certain: the pod that answered for a service's "
			"address, the service that was called, the pod behind a node's address. It "
			"needs CAP_NET_ADMIN, which a child process keeps that only asks for a "
			"list "
			"of connections.",
			"An ADDRESS is kafka:TOPIC, a file, or - for standard output.",
		},
	.exits =
		{
			{EX_DATAERR, "A file is no capture file, or has no link type that is "
				     "supported. One that is damaged is read up to there."},
			{EX_NOINPUT, "The file or the interface does not exist."},
			{EX_UNAVAILABLE, "The broker cannot be reached or does not permit the "
					 "topic, or the interfaces "
					 "cannot be watched."},
			{EX_SOFTWARE, "A system call that the sandbox does not allow."},
			{EX_OSERR, "No memory, or the system refuses a call."},
			{EX_CANTCREAT, "The output cannot be opened."},
			{EX_IOERR, "The output cannot be written, or a capture failed."},
			{EX_TEMPFAIL, "A signal came before a pipe brought a header."},
			{EX_NOPERM, "Capturing on the interface or reading the file is not "
				    "permitted."},
		},
	.examples =
		{
			{"tenure-flows -b broker:9092 -i eth0 --out kafka:tenure.flows",
			 "Capture on one interface and write to Kafka."},
			{"tenure-flows --interfaces-from 'veth*' --out flows.ndjson",
			 "Capture on the host side of every pod's interface."},
			{"tenure-flows -i eth0 --fanout 7 --out kafka:tenure.flows --statistics "
			 "kafka:tenure.flows.statistics",
			 "One of several processes that share an interface, with its counters as "
			 "records."},
			{"tenure-flows --interfaces-from 'veth*' --conntrack --out flows.ndjson",
			 "The same, with the pods that answered for services."},
			{"tenure-flows -r 1.pcap.gz -r 2.pcap.gz --out flows.ndjson",
			 "Read a capture in several files."},
			{"tenure-flows -r capture.pcap --out - 'tcp port 80'",
			 "Read the HTTP packets of a capture file and print their flows."},
		},
	.see_also = {"tcpdump 1", "tenure-enrich 1", "tenure-graph 1", "tenure-kube 1",
		     "pcap-filter 7"},
};
