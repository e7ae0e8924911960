/* timeline_answers - how many answers a second the timeline gives.
 *
 * usage: timeline_answers [PODS]      (default 100000)
 *
 * Feeds a list of PODS pods, each with an address, an owner and a service, and asks for
 * 1, 100 and all of the addresses at random; prints a line for each.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/text.h"
#include "common/program/log.h"
#include "common/timeline/timeline.h"

#define QUESTIONS 2000000
#define SECOND_0 INT64_C(1795420800) /* 2026-11-23T08:00:00Z */
#define SLICE 100                    /* endpoints in one, as the controller makes them */

/* Processor time: what else the machine does is not what is measured. */
static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int64_t apply(struct timeline *timeline, struct text *record)
{
	int64_t offset = timeline_next_offset(timeline);
	const char *why;
	enum timeline_outcome outcome =
		timeline_apply(timeline, offset, record->data, record->length, -1, &why);

	if (outcome != TIMELINE_APPLIED) {
		fprintf(stderr, "record %" PRId64 ": %s\n", offset, why ? why : "not applied");
		exit(1);
	}
	text_clear(record);
	return offset;
}

static void add_pod(struct text *out, unsigned pod)
{
	text_add_format(
		out,
		"{\"type\":\"ADDED\",\"cluster\":\"bench\",\"resource\":\"pods\","
		"\"received\":\"2026-11-23T08:00:05Z\",\"object\":{\"metadata\":{\"name\":"
		"\"web-5d9c8b7f6d-%u\",\"namespace\":\"shop\",\"uid\":"
		"\"0c2b1f0e-8a53-4f5a-9d7c-%012u\",\"resourceVersion\":\"%u\","
		"\"creationTimestamp\":\"2026-11-23T08:00:00Z\",\"labels\":{\"pod-template-hash\":"
		"\"5d9c8b7f6d\"},\"ownerReferences\":[{\"kind\":\"ReplicaSet\",\"controller\":true,"
		"\"name\":\"web-5d9c8b7f6d\",\"uid\":\"rs\"}]},\"spec\":{\"nodeName\":\"n1\"},"
		"\"status\":{\"phase\":\"Running\",\"startTime\":\"2026-11-23T08:00:00Z\","
		"\"podIP\":\"10.%u.%u.%u\",\"conditions\":[{\"type\":\"PodReadyToStartContainers\","
		"\"status\":\"True\",\"lastTransitionTime\":\"2026-11-23T08:00:02Z\"}],"
		"\"containerStatuses\":[{\"state\":{\"running\":{\"startedAt\":"
		"\"2026-11-23T08:00:03Z\"}}}]}}}",
		pod, pod, pod + 1, pod >> 16, pod >> 8 & 255, pod & 255);
}

static void add_slice(struct text *out, unsigned first, unsigned end)
{
	text_add_format(out,
			"{\"type\":\"ADDED\",\"cluster\":\"bench\",\"resource\":\"endpointslices\","
			"\"received\":\"2026-11-23T08:00:06Z\",\"object\":{\"metadata\":{\"name\":"
			"\"web-%u\",\"namespace\":\"shop\",\"uid\":\"slice-%u\","
			"\"resourceVersion\":\"%u\",\"labels\":{\"kubernetes.io/service-name\":"
			"\"web-%u\"}},\"ports\":[{\"port\":8080}],\"endpoints\":[",
			first, first, first + 1, first % 50);
	for (unsigned pod = first; pod < end; pod++)
		text_add_format(out,
				"%s{\"addresses\":[\"10.%u.%u.%u\"],\"targetRef\":{\"uid\":"
				"\"0c2b1f0e-8a53-4f5a-9d7c-%012u\"}}",
				pod > first ? "," : "", pod >> 16, pod >> 8 & 255, pod & 255, pod);
	text_add_string(out, "]}}");
}

static void fill(struct timeline *timeline, unsigned pods)
{
	struct text record;

	text_init(&record, 1 << 20);
	for (unsigned pod = 0; pod < pods; pod++) {
		add_pod(&record, pod);
		apply(timeline, &record);
	}
	for (unsigned pod = 0; pod < pods; pod += SLICE) {
		add_slice(&record, pod, pod + SLICE < pods ? pod + SLICE : pods);
		apply(timeline, &record);
	}
	text_add_string(&record, "{\"type\":\"PROGRESS\",\"cluster\":\"bench\",\"received\":"
				 "\"2026-11-23T09:00:00Z\",\"known\":\"2026-11-23T09:00:00Z\"}");
	apply(timeline, &record);
	text_free(&record);
}

static void ask(struct timeline *timeline, unsigned addresses, unsigned questions, const char *what)
{
	struct timeline_answer answer;
	struct timeline_question question = {.port = 8080, .transport = 6, .sent = true};
	uint64_t known = 0, bytes = 0, state = 88172645463325252;
	double began = now_s(), took;
	struct text out;

	text_init(&out, 1 << 20);
	for (unsigned q = 0; q < questions; q++) {
		struct timeline_position position;
		unsigned pod;

		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		pod = (unsigned)((state >> 20) % addresses);
		question.ip = ip_from_v4(
			(uint8_t[4]){10, (uint8_t)(pod >> 16), (uint8_t)(pod >> 8), (uint8_t)pod});
		question.start.ns = (SECOND_0 + 60) * NS_PER_SECOND + q;
		question.end = when_add(question.start, 1000000);
		if (!timeline_position_for(timeline, question.end, &position))
			exit(1);
		question.position = position.offset;
		if (timeline_answer(timeline, &question, &answer) < 0)
			exit(1);
		text_clear(&out);
		timeline_answer_json(&answer, &out);
		known += answer.status == TIMELINE_KNOWN;
		bytes += out.length;
	}
	took = now_s() - began;
	printf("%8u addresses %-5s %9.0f answers/s  %6.0f ns each  %" PRIu64
	       " of %u known, %" PRIu64 " bytes each\n",
	       addresses, what, questions / took, took / questions * 1e9, known, questions,
	       bytes / questions);
	text_free(&out);
}

int main(int argc, char **argv)
{
	unsigned pods = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 100000;
	struct timeline_options options = {.hold_ns = 10 * NS_PER_SECOND,
					   .skew_ns = 500 * NS_PER_MS};
	struct timeline *timeline;
	double began;

	log_init("timeline_answers", LOG_LEVEL_INFO, LOG_AUTO);
	timeline = timeline_open(NULL, &options);
	if (timeline == NULL || pods < 100 || pods > 1 << 24)
		return 1;
	began = now_s();
	fill(timeline, pods);
	printf("%8u pods fed       %9.0f records/s\n", pods,
	       (double)timeline_next_offset(timeline) / (now_s() - began));
	ask(timeline, 1, QUESTIONS, "");
	ask(timeline, 100, QUESTIONS, "");
	ask(timeline, pods, pods, "cold");
	ask(timeline, pods, QUESTIONS, "warm");
	timeline_close(timeline);
	return 0;
}
