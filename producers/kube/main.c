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
#include "common/program/log.h"
#include "common/program/settings.h"
#include "common/program/stop.h"
#include "common/record/kube_event.h"
#include "common/topic/topic_writer.h"
#include "producers/kube/access.h"
#include "producers/kube/clocks.h"
#include "producers/kube/credentials.h"
#include "producers/kube/kubeconfig.h"
#include "producers/kube/manual.h"
#include "producers/kube/resume.h"
#include "producers/kube/watches.h"

/* Objects that never change must be written again before the topic's retention expires. */
#define SYNC_INTERVAL_NS (24 * 3600 * NS_PER_SECOND)

struct kube_options {
	const char *kubeconfig;
	const char *context;
	const char *out;
	struct watches_options watches;
	struct bus_options bus;
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
	return EX_OK;
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

/* Writes TEXT as a record of CLUSTER. -1 after logging. */
static int write_record(struct topic_writer *writer, const char *cluster, struct when now,
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
		return -1;
	}
	return topic_writer_write(writer, &record);
}

/* Writes what the last turn brought. Returns an exit code. */
static int write_records(struct watches *watches, struct topic_writer *writer, const char *cluster,
			 const struct clocks *now, struct text *record)
{
	enum watches_status status;
	bool wrote = false;

	for (;;) {
		text_clear(record);
		status = watches_next(watches, now, record);
		if (status != WATCHES_RECORD)
			break;
		if (write_record(writer, cluster, now->received, record) < 0)
			return EX_IOERR;
		wrote = true;
	}
	if (status == WATCHES_BROKEN)
		return watches_exit_code(watches);
	return wrote && topic_writer_flush(writer) < 0 ? EX_IOERR : EX_OK;
}

/* Runs until it is asked to stop. Returns an exit code. */
static int run(struct watches *watches, struct credentials *credentials,
	       struct topic_writer *writer, const char *cluster, struct clocks *now)
{
	struct text record;
	int rc = EX_OK;

	text_init(&record, BUS_RECORD_MAX);
	while (rc == EX_OK && !stop_requested()) {
		clocks_read(now);
		credentials_tend(credentials, now);
		if ((credentials_usable(credentials, now) && watches_ask(watches, now) < 0) ||
		    watches_turn(watches) < 0) {
			rc = EX_SOFTWARE;
			break;
		}
		clocks_read(now);
		rc = write_records(watches, writer, cluster, now, &record);
	}
	text_free(&record);
	return rc;
}

int main(int argc, char **argv)
{
	struct kube_options options = {
		.out = "kafka:tenure.kube",
		.watches = {.progress_interval_ns = NS_PER_SECOND,
			    .sync_interval_ns = SYNC_INTERVAL_NS},
	};
	const struct setting table[] = {
		SETTING_TEXT("cluster", 0, "NAME", &options.watches.cluster,
			     "the cluster's name in every record (required)"),
		SETTING_TEXT(
			"kubeconfig", 0, "FILE", &options.kubeconfig,
			"how to reach it; else KUBECONFIG, a pod's own account, ~/.kube/config"),
		SETTING_TEXT("context", 0, "NAME", &options.context,
			     "a context of the kubeconfig, instead of its current-context"),
		SETTING_TEXT("out", 0, "ADDRESS", &options.out,
			     "kafka:TOPIC, a file (appended to) or -"),
		SETTING_DURATION(
			"progress-interval", 0, "DURATION", &options.watches.progress_interval_ns,
			"write a PROGRESS at least this often while every watch is healthy"),
		SETTING_DURATION("sync-interval", 0, "DURATION", &options.watches.sync_interval_ns,
				 "list everything again this often; 0: only when needed"),
		BUS_SETTINGS(&options.bus),
		SETTING_END,
	};
	struct access access = {0};
	struct credentials credentials;
	struct resume resume;
	struct clocks clocks;
	struct topic_writer *writer = NULL;
	struct watches *watches = NULL;
	uint64_t seed = 1;
	int rc;

	if (settings_read(&manual, table, argc, argv) < 0 || check_options(&options) != EX_OK)
		return EX_USAGE;
	stop_install();
	rc = find_access(&options, &access);
	if (rc != EX_OK)
		goto out;
	rc = EX_CONFIG;
	if (credentials_start(&credentials, &access) < 0)
		goto out;
	rc = EX_UNAVAILABLE;
	writer = topic_writer_open(options.out, &options.bus);
	if (writer == NULL ||
	    resume_read(options.out, &options.bus, options.watches.cluster, &resume) < 0)
		goto out;
	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = (uint64_t)getpid();
	watches = watches_open(&options.watches, &access, &resume, seed);
	rc = EX_SOFTWARE;
	if (watches == NULL)
		goto out;
	log_info("cluster=%s server=%s out=%s %s", options.watches.cluster, access.server,
		 options.out, resume.proven ? "resuming" : "starting with a list");
	clocks_init(&clocks, resume.received);
	rc = run(watches, &credentials, writer, options.watches.cluster, &clocks);
	watches_log_counters(watches);
out:
	watches_close(watches);
	if (topic_writer_close(writer) < 0 && rc == EX_OK)
		rc = EX_IOERR;
	access_clear(&access);
	return rc;
}
