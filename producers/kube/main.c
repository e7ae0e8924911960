/* tenure-kube - the objects of a Kubernetes API server, as records of tenure.kube. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "common/bus/bus.h"
#include "common/program/confine.h"
#include "common/program/listen.h"
#include "common/program/log.h"
#include "common/program/settings.h"
#include "common/program/stop.h"
#include "common/record/kube_event.h"
#include "common/topic/topic_sole_writer.h"
#include "producers/kube/access.h"
#include "producers/kube/clocks.h"
#include "producers/kube/credentials.h"
#include "producers/kube/kube_status.h"
#include "producers/kube/kubeconfig.h"
#include "producers/kube/manual.h"
#include "producers/kube/resume.h"
#include "producers/kube/watches.h"

/* Objects that never change must be written again before the topic's retention expires. */
#define SYNC_INTERVAL_NS (24 * 3600 * NS_PER_SECOND)
#define STAND_BY_MS 50 /* a request waits for up to this */
#define WRITER_ID_SIZE 600
#define LOST (-1) /* not an exit code: another process writes now, or the broker was away */

struct kube_options {
	const char *kubeconfig;
	const char *context;
	const char *out;
	const char *writer_id;
	struct watches_options watches;
	struct status_settings status;
	struct bus_options bus;
	bool no_seccomp;
};

/* What a turn needs. */
struct program {
	struct credentials *credentials;
	struct topic_sole_writer *writer;
	struct status *status;
	struct kube_status own;
};

static bool name_is_good(const char *cluster)
{
	size_t length = cluster != NULL ? strlen(cluster) : 0;

	if (length == 0 || length >= KUBE_CLUSTER_SIZE)
		return false;
	for (const char *c = cluster; *c; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c > '~')
			return false;
	return true;
}

static int check_options(const struct kube_options *options)
{
	if (!name_is_good(options->watches.cluster)) {
		log_error("--cluster must be given: up to 253 letters, digits and punctuation "
			  "marks");
		return EX_USAGE;
	}
	if (options->watches.progress_interval_ns < 100 * NS_PER_MS) {
		log_error("--progress-interval must be 100ms or longer");
		return EX_USAGE;
	}
	if (scope_fault(&options->watches.scope) != NULL) {
		log_error("%s", scope_fault(&options->watches.scope));
		return EX_USAGE;
	}
	return status_check(&options->status) < 0 ? EX_USAGE : EX_OK;
}

/* Looks where kubectl does, but prefers a pod's own account to HOME. Returns an exit code. */
static int find_access(const struct kube_options *options, struct access *found)
{
	const char *path = options->kubeconfig != NULL ? options->kubeconfig : getenv("KUBECONFIG");
	const char *home = getenv("HOME");
	bool named = path != NULL && *path, is_list = named && options->kubeconfig == NULL;
	char standard[PATH_MAX] = "";

	if (!named && access_in_cluster_present())
		return access_in_cluster(found) < 0 ? EX_CONFIG : EX_OK;
	if (!named && home != NULL)
		snprintf(standard, sizeof(standard), "%s/.kube/config", home);
	if (!named)
		path = standard;
	switch (kubeconfig_read(path, is_list, options->context, found)) {
	case KUBECONFIG_READ:
		return EX_OK;
	case KUBECONFIG_BAD:
		return EX_CONFIG;
	case KUBECONFIG_MISSING:
		break;
	}
	if (named)
		log_error("kubeconfig %s does not exist", path);
	else
		log_error("no kubeconfig: give --kubeconfig FILE, set KUBECONFIG, or run in a pod");
	return named ? EX_NOINPUT : EX_CONFIG;
}

/* Returns an exit code or LOST. */
static int code_of(enum bus_written written)
{
	switch (written) {
	case BUS_WRITTEN:
		return EX_OK;
	case BUS_LOST:
		return LOST;
	case BUS_REFUSED:
		break;
	}
	return EX_IOERR;
}

/* Writes TEXT as a record of CLUSTER. Returns an exit code or LOST. */
static int write_record(struct topic_sole_writer *writer, const char *cluster, struct when now,
			const struct text *text)
{
	struct bus_record record = {
		.key = cluster,
		.key_length = strlen(cluster),
		.value = text->data,
		.value_length = text->length,
		.partition = BUS_ANY_PARTITION,
		.timestamp_ms = now.ns / NS_PER_MS,
	};

	if (text->failed) {
		log_error("a record is larger than %u bytes", BUS_RECORD_MAX);
		return EX_IOERR;
	}
	return code_of(topic_sole_writer_write(writer, &record));
}

/* Writes what the last turn brought. Returns an exit code or LOST. */
static int write_records(struct watches *watches, struct topic_sole_writer *writer,
			 const char *cluster, const struct clocks *now, struct text *record)
{
	enum watches_status status;
	int rc = EX_OK;

	while (rc == EX_OK) {
		text_clear(record);
		status = watches_next(watches, now, record);
		if (status == WATCHES_BROKEN)
			return watches_exit_code(watches);
		if (status == WATCHES_QUIET)
			return code_of(topic_sole_writer_flush(writer));
		rc = write_record(writer, cluster, now->received, record);
	}
	return rc;
}

/* Runs until it is asked to stop or may not write any more. Returns an exit code or LOST. */
static int run(struct watches *watches, struct program *program, const char *cluster,
	       struct clocks *now)
{
	struct credentials *credentials = program->credentials;
	struct text record;
	int rc = EX_OK;

	text_init(&record, BUS_RECORD_MAX);
	while (rc == EX_OK && !stop_requested()) {
		clocks_read(now);
		credentials_tend(credentials, now);
		if ((credentials_usable(credentials, now) && watches_ask(watches, now) < 0) ||
		    watches_turn(watches, status_fd(program->status)) < 0 ||
		    status_turn(program->status, when_now()) < 0) {
			rc = EX_SOFTWARE;
			break;
		}
		clocks_read(now);
		rc = write_records(watches, program->writer, cluster, now, &record);
		if (rc == EX_OK)
			kube_status_delivered(&program->own);
	}
	text_free(&record);
	return rc;
}

/* Waits until it may write or is asked to stop. Returns an exit code. */
static int stand_by(struct program *program)
{
	struct clocks now;
	int turn = 0;

	clocks_init(&now, WHEN_MIN);
	while (turn == 0 && !stop_requested()) {
		clocks_read(&now);
		credentials_tend(program->credentials, &now);
		if (status_turn(program->status, when_now()) < 0)
			return EX_OSERR;
		turn = topic_sole_writer_wait(program->writer, STAND_BY_MS);
		program->own.phase = topic_sole_writer_stands_by(program->writer) ? KUBE_STANDING_BY
										  : KUBE_JOINING;
	}
	return turn < 0 ? EX_UNAVAILABLE : EX_OK;
}

/* Answers while the end of the output is read. */
static int pause_reading(void *user)
{
	struct program *program = user;

	return stop_requested() ? -1 : status_turn(program->status, when_now());
}

/* Continues what is in the output as its only writer. Returns an exit code or LOST. */
static int lead(const struct kube_options *options, struct access *access, struct program *program)
{
	const struct resume_pause pause = {pause_reading, program};
	struct watches *watches;
	struct resume resume;
	struct clocks clocks;
	uint64_t seed;
	int rc;

	program->own.phase = KUBE_RESUMING;
	if (resume_read(options->out, &options->bus, options->watches.cluster, &pause, &resume) < 0)
		return stop_requested() ? EX_OK : EX_UNAVAILABLE;
	if (resume.any && !scope_is(&options->watches.scope, &resume.scope)) {
		log_error("%s has records of another scope of %s: write to another topic",
			  options->out, options->watches.cluster);
		return EX_CONFIG;
	}
	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = (uint64_t)getpid();
	watches = watches_open(&options->watches, access, &resume, seed);
	if (watches == NULL)
		return EX_SOFTWARE;
	log_info("cluster=%s server=%s out=%s %s", options->watches.cluster, access->server,
		 options->out, resume.proven ? "resuming" : "starting with a list");
	clocks_init(&clocks, resume.received);
	kube_status_lead(&program->own, watches, KUBE_LEADING);
	rc = run(watches, program, options->watches.cluster, &clocks);
	kube_status_lead(&program->own, NULL, KUBE_JOINING);
	kube_status_log(watches);
	watches_close(watches);
	return rc;
}

/* Writes whenever it is this process's turn, until it is asked to stop. Returns an exit code. */
static int take_turns(const struct kube_options *options, struct access *access,
		      struct program *program)
{
	char id[WRITER_ID_SIZE];
	int rc;

	snprintf(id, sizeof(id), "tenure-kube.%s.%s", bus_topic(options->out),
		 options->watches.cluster);
	program->writer = topic_sole_writer_open(
		options->out, options->writer_id != NULL ? options->writer_id : id, &options->bus);
	if (program->writer == NULL)
		return stop_requested() ? EX_OK : EX_UNAVAILABLE;
	do {
		rc = stand_by(program);
		if (rc == EX_OK && !stop_requested())
			rc = lead(options, access, program);
	} while (rc == LOST && !stop_requested());
	topic_sole_writer_close(program->writer);
	return rc == LOST ? EX_OK : rc;
}

/* A filter is inherited, and a plug-in may be any program, so there is none with a plug-in. */
static int confine(const struct kube_options *options, const struct access *access)
{
	unsigned parts = SANDBOX_NETWORK | bus_sandbox_parts(options->out, true);

	if (options->status.listen != NULL)
		parts |= SANDBOX_SERVING;
	if (access->plugin != NULL && !options->no_seccomp)
		log_info("every system call is allowed, because %s has an exec plug-in",
			 access->source);
	return confine_enter(manual.program, options->no_seccomp || access->plugin != NULL, parts,
			     listen_privilege(options->status.listen));
}

int main(int argc, char **argv)
{
	struct kube_options options = {
		.out = "kafka:tenure.kube",
		.watches = {.progress_interval_ns = NS_PER_SECOND,
			    .sync_interval_ns = SYNC_INTERVAL_NS},
		.status = STATUS_SETTINGS_DEFAULT,
	};
	const struct setting table[] = {
		SETTING_TEXT("cluster", 0, "NAME", &options.watches.cluster,
			     "the cluster's name in every record (required)"),
		SETTING_TEXT(
			"kubeconfig", 0, "FILE", &options.kubeconfig,
			"how to reach it; else KUBECONFIG, a pod's own account, ~/.kube/config"),
		SETTING_TEXT("context", 0, "NAME", &options.context,
			     "a context of the kubeconfig, instead of its current-context"),
		SETTING_LIST("namespace", 0, "NAME", &options.watches.scope.namespaces,
			     "cover only these namespaces (repeatable)"),
		SETTING_TEXT("pod-labels", 0, "SELECTOR", &options.watches.scope.pod_labels,
			     "cover only the pods that this label selector selects"),
		SETTING_TEXT("pod-fields", 0, "SELECTOR", &options.watches.scope.pod_fields,
			     "cover only the pods that this field selector selects"),
		SETTING_TEXT("out", 0, "ADDRESS", &options.out,
			     "kafka:TOPIC, a file (appended to) or -"),
		SETTING_TEXT("writer-id", 0, "ID", &options.writer_id,
			     "processes with the same ID take turns; default: "
			     "tenure-kube.TOPIC.CLUSTER"),
		SETTING_DURATION(
			"progress-interval", 0, "DURATION", &options.watches.progress_interval_ns,
			"write a PROGRESS at least this often while every watch is healthy"),
		SETTING_DURATION("sync-interval", 0, "DURATION", &options.watches.sync_interval_ns,
				 "list everything again this often; 0: only when needed"),
		STATUS_SETTINGS(&options.status, "9100"),
		BUS_SETTINGS(&options.bus),
		CONFINE_SETTING(&options.no_seccomp),
		SETTING_END,
	};
	struct access access = {0};
	struct credentials credentials;
	struct program program = {.credentials = &credentials};
	int rc;

	if (settings_read(&manual, table, argc, argv) < 0 || check_options(&options) != EX_OK)
		return EX_USAGE;
	stop_install();
	rc = find_access(&options, &access);
	if (rc != EX_OK)
		goto out;
	rc = EX_OSERR;
	if (confine(&options, &access) < 0)
		goto out;
	rc = EX_CONFIG;
	if (credentials_start(&credentials, &access) < 0)
		goto out;
	kube_status_init(&program.own);
	program.status = status_open(&options.status, &program.own.source);
	options.bus.pause = (struct bus_pause){status_pause, program.status};
	if (program.status != NULL)
		rc = take_turns(&options, &access, &program);
out:
	status_close(program.status);
	access_clear(&access);
	return rc;
}
