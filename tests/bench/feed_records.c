/* feed_records - how many records a second the timeline applies, beside json-c parsing the same bytes.
 *
 * usage: feed_records [PODS]      (default 20000)
 *
 * Feeds six records of each of PODS pods, a thousand pods at a time, as in a rollout; then
 * EndpointSlices of 1,000 endpoints: new ones, an outage (every endpoint changes, but no membership)
 * and one endpoint that is replaced. Each part is fed and then parsed by json-c alone; a line for
 * each. The status is 1 if a pod's records take more time than WORST_SHARE allows.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "common/base/text.h"
#include "common/program/log.h"
#include "common/timeline/timeline.h"

#define RECORDS 6      /* of a pod */
#define AT_ONCE 1000   /* pods */
#define ENDPOINTS 1000 /* of a slice */
#define SLICES 20
#define ROUNDS 10
#define ROOM (256u << 20) /* of the records of one part */
#define WORST_SHARE 1.7   /* of json-c's time: 50,000 records a second where json-c parses 84,000 */

struct part {
	struct text bytes;
	unsigned records;
};

struct bench {
	struct timeline *timeline;
	struct part part;
	double fed_s, parsed_s; /* the last part */
};

/* Processor time of all threads: RocksDB writes in its own. */
static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void begin_record(struct part *part, const char *type, const char *resource, unsigned second)
{
	text_add_format(&part->bytes,
			"{\"type\":\"%s\",\"cluster\":\"bench\",\"resource\":\"%s\",\"received\":"
			"\"2026-11-23T%02u:%02u:%02uZ\",\"object\":{",
			type, resource, 8 + second / 3600, second / 60 % 60, second % 60);
	part->records++;
}

/* Record NUMBER of POD: created, scheduled, started, ready, terminating, deleted. */
static void add_pod(struct part *part, unsigned pod, unsigned number, unsigned second)
{
	struct text *out = &part->bytes;

	begin_record(part,
		     number == 0             ? "ADDED"
		     : number == RECORDS - 1 ? "DELETED"
					     : "MODIFIED",
		     "pods", second);
	text_add_format(
		out,
		"\"kind\":\"Pod\",\"metadata\":{\"name\":\"web-5d9c8b7f6d-%u\",\"namespace\":"
		"\"shop\",\"uid\":\"0c2b1f0e-8a53-4f5a-9d7c-%012u\",\"resourceVersion\":\"%u\","
		"\"creationTimestamp\":\"2026-11-23T08:00:00Z\",%s\"labels\":{\"app\":\"web\","
		"\"pod-template-hash\":\"5d9c8b7f6d\"},\"ownerReferences\":[{\"apiVersion\":"
		"\"apps/v1\",\"kind\":\"ReplicaSet\",\"name\":\"web-5d9c8b7f6d\",\"uid\":\"rs\","
		"\"controller\":true}]},\"spec\":{%s},\"status\":{\"phase\":\"%s\"",
		pod, pod, pod * RECORDS + number + 1,
		number >= 4 ? "\"deletionTimestamp\":\"2026-11-23T10:00:00Z\"," : "",
		number > 0 ? "\"nodeName\":\"n1\"" : "", number < 2 ? "Pending" : "Running");
	if (number >= 2)
		text_add_format(
			out,
			",\"startTime\":\"2026-11-23T08:00:01Z\",\"hostIP\":\"192.0.2.1\","
			"\"podIP\":\"10.%u.%u.%u\",\"podIPs\":[{\"ip\":\"10.%u.%u.%u\"}],"
			"\"conditions\":[{\"type\":\"PodReadyToStartContainers\",\"status\":"
			"\"True\",\"lastTransitionTime\":\"2026-11-23T08:00:02Z\"},{\"type\":"
			"\"Ready\",\"status\":\"%s\",\"lastTransitionTime\":"
			"\"2026-11-23T08:00:03Z\"}],\"containerStatuses\":[{\"name\":\"web\","
			"\"restartCount\":0,\"state\":{\"running\":{\"startedAt\":"
			"\"2026-11-23T08:00:03Z\"}}}]",
			pod >> 16, pod >> 8 & 255, pod & 255, pod >> 16, pod >> 8 & 255, pod & 255,
			number == 3 ? "True" : "False");
	text_add_string(out, "}}}\n");
}

/* SLICE with endpoints that are READY; the one at REPLACED is another pod. */
static void add_slice(struct part *part, unsigned slice, unsigned revision, bool ready,
		      unsigned replaced)
{
	struct text *out = &part->bytes;

	begin_record(part, revision == 0 ? "ADDED" : "MODIFIED", "endpointslices", 4000 + revision);
	text_add_format(out,
			"\"kind\":\"EndpointSlice\",\"metadata\":{\"name\":\"web-%u\","
			"\"namespace\":\"shop\",\"uid\":\"slice-%u\",\"resourceVersion\":\"%u\","
			"\"labels\":{\"kubernetes.io/service-name\":\"web-%u\"}},\"ports\":"
			"[{\"port\":8080}],\"endpoints\":[",
			slice, slice, revision + 1, slice);
	for (unsigned e = 0; e < ENDPOINTS; e++) {
		unsigned pod = slice * ENDPOINTS + e + (e == replaced ? 1u << 20 : 0);

		text_add_format(
			out,
			"%s{\"addresses\":[\"10.%u.%u.%u\"],\"conditions\":{\"ready\":%s,"
			"\"serving\":%s,\"terminating\":false},\"nodeName\":\"n1\",\"targetRef\":"
			"{\"kind\":\"Pod\",\"name\":\"web-5d9c8b7f6d-%u\",\"namespace\":\"shop\","
			"\"uid\":\"0c2b1f0e-8a53-4f5a-9d7c-%012u\"}}",
			e > 0 ? "," : "", pod >> 16, pod >> 8 & 255, pod & 255,
			ready ? "true" : "false", ready ? "true" : "false", pod, pod);
	}
	text_add_string(out, "]}}\n");
}

static void apply(struct bench *bench, const char *record, size_t length)
{
	int64_t offset = timeline_next_offset(bench->timeline);
	const char *why;

	if (timeline_apply(bench->timeline, offset, record, length, -1, &why) == TIMELINE_APPLIED)
		return;
	fprintf(stderr, "record %" PRId64 ": %s\n", offset, why != NULL ? why : "not applied");
	exit(1);
}

static void parse(struct bench *bench, const char *record, size_t length)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *tree = json_tokener_parse_ex(tokener, record, (int)length);

	(void)bench;
	json_object_put(tree);
	json_tokener_free(tokener);
}

/* How long ONE takes for all records of the part. */
static double each(struct bench *bench,
		   void (*one)(struct bench *bench, const char *record, size_t length))
{
	const char *at = bench->part.bytes.data, *end = at + bench->part.bytes.length, *newline;
	double began = now_s();

	for (; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		one(bench, at, (size_t)(newline - at));
	}
	return now_s() - began;
}

/* Feeds the part, parses it, prints both and empties it. */
static void run(struct bench *bench, const char *what)
{
	struct part *part = &bench->part;

	if (part->bytes.failed) {
		fprintf(stderr, "no room for the records\n");
		exit(1);
	}
	bench->fed_s = each(bench, apply);
	bench->parsed_s = each(bench, parse);
	printf("%-24s %8u records of %6zu bytes  %8.0f/s  json-c alone %8.0f/s  time %5.2f x\n",
	       what, part->records, part->bytes.length / part->records,
	       part->records / bench->fed_s, part->records / bench->parsed_s,
	       bench->fed_s / bench->parsed_s);
	text_clear(&part->bytes);
	part->records = 0;
}

static void add_pods(struct part *part, unsigned pods)
{
	for (unsigned first = 0; first < pods; first += AT_ONCE) {
		for (unsigned number = 0; number < RECORDS; number++) {
			for (unsigned pod = first; pod < first + AT_ONCE; pod++)
				add_pod(part, pod, number, 5 + first / AT_ONCE * RECORDS + number);
		}
	}
}

int main(int argc, char **argv)
{
	unsigned pods = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 20000;
	const struct timeline_options options = {.hold_ns = 10 * NS_PER_SECOND};
	struct bench bench = {.timeline = NULL};
	double worst;

	log_init("feed_records", LOG_LEVEL_INFO, LOG_AUTO);
	bench.timeline = timeline_open(NULL, &options);
	if (bench.timeline == NULL || pods < AT_ONCE || pods > 1 << 18)
		return 1;
	text_init(&bench.part.bytes, ROOM);
	add_pods(&bench.part, pods);
	run(&bench, "pods");
	worst = bench.fed_s / bench.parsed_s;
	for (unsigned slice = 0; slice < SLICES; slice++)
		add_slice(&bench.part, slice, 0, true, ENDPOINTS);
	run(&bench, "slices, new");
	for (unsigned round = 1; round <= ROUNDS; round++) {
		for (unsigned slice = 0; slice < SLICES; slice++)
			add_slice(&bench.part, slice, round, round % 2 == 0, ENDPOINTS);
	}
	run(&bench, "slices, an outage");
	for (unsigned round = 1; round <= ROUNDS; round++) {
		for (unsigned slice = 0; slice < SLICES; slice++)
			add_slice(&bench.part, slice, ROUNDS + round, true, round);
	}
	run(&bench, "slices, one replaced");
	text_free(&bench.part.bytes);
	timeline_close(bench.timeline);
	return worst <= WORST_SHARE ? 0 : 1;
}
