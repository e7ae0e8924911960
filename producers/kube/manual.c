#include "producers/kube/manual.h"

#include <sysexits.h>

const struct settings_manual manual = {
	.program = "tenure-kube",
	.synopsis = "--cluster NAME [--kubeconfig FILE] [--out ADDRESS]",
	.purpose = "Watches a Kubernetes API server and writes every change to tenure.kube.",
	.description =
		{
			"It lists and watches pods, services, endpoint slices, nodes and service "
			"CIDRs, and the metadata of replica sets and jobs, and writes one JSON "
			"record for each change.",
			"Its account needs the verbs list and watch on these resources and "
			"nothing else. At its start it gives up its capabilities and, unless the "
			"kubeconfig has an exec plug-in, the system calls that it does not need "
			"(--no-seccomp: only the capabilities).",
			"With --namespace, --pod-labels or --pod-fields it covers only a part of "
			"the cluster. The records say so, and no address counts as outside.",
			"It holds no state. After a restart it resumes from the last PROGRESS "
			"record of its own output; where the API server no longer has that "
			"history, it writes a GAP and lists everything again.",
			"Two or more may run for one cluster and one topic: one writes, the "
			"others stand by, and one of them takes over within 15 seconds when "
			"the writer ends, dies or freezes. A file has one writer; a second is "
			"refused.",
			"An ADDRESS is kafka:TOPIC, a file that is appended to, or - for standard "
			"output.",
		},
	.environment =
		{
			{"KUBECONFIG",
			 "The kubeconfig files, separated by colons and merged, where "
			 "--kubeconfig is not given."},
			{"PATH", "Where the exec plug-ins of a kubeconfig are looked for."},
			{"HOME", "Holds .kube/config, which is tried last."},
		},
	.files =
		{
			{"~/.kube/config", "The kubeconfig that is tried last."},
			{"/var/run/secrets/kubernetes.io/serviceaccount",
			 "The token and the authority of a pod's own account."},
		},
	.exits =
		{
			{EX_NOINPUT, "The kubeconfig does not exist."},
			{EX_UNAVAILABLE, "The API server or the broker cannot be reached, the "
					 "broker denies a right that is needed to start, or the "
					 "output cannot be opened or has a writer."},
			{EX_SOFTWARE, "An internal error, out of memory, or a system call that the "
				      "sandbox does not allow."},
			{EX_OSERR, "The system refuses a call."},
			{EX_IOERR, "The output cannot be written."},
			{EX_NOPERM, "The API server refuses the account."},
			{EX_CONFIG, "No usable kubeconfig or account, or an output of another "
				    "scope."},
		},
	.examples =
		{
			{"tenure-kube -b broker:9092 --cluster prod --kubeconfig ~/.kube/config",
			 "Watch a cluster and write to the Kafka topic tenure.kube."},
			{"tenure-kube -b broker:9092 --cluster prod --writer-id team.kube.prod",
			 "Use a name that the broker's access rules allow."},
			{"tenure-kube --cluster prod --out kube.ndjson",
			 "Watch with the usual kubeconfig and write to a file."},
		},
	.see_also = {"kubectl 1", "tenure-enrich 1", "tenure-flows 1", "tenure-lookup 1"},
};
