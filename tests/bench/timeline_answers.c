/* timeline_answers - how many answers a second the timeline gives.
 *
 * usage: timeline_answers [ADDRESSES [HOLDERS [DIRECTORY]]]      (default 100000 1)
 *
 * Each address has HOLDERS pods, one after the other, each with an owner and a service, and lives
 * LIFE seconds. Asks about the present and the past: every holder once (cold), then addresses at random
 * (warm); prints a line for each. The store is kept in DIRECTORY, where the next call finds it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "common/base/text.h"
#include "common/program/log.h"
#include "common/timeline/timeline.h"

#define QUESTIONS 2000000
#define PAST_MAX 1000000             /* questions about holders that were not asked about before */
#define SECOND_0 INT64_C(1795420800) /* 2026-11-23T08:00:00Z */
#define SLICE 100                    /* endpoints in one, as the controller makes them */
#define LIFE 600

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

struct load {
	unsigned addresses, holders;
};

/* Adds a name and the time SECOND as RFC 3339. */
static void add_time(struct text *out, const char *name, int64_t second)
{
	text_add_format(out, "\"%s\":", name);
	text_add_when(out, (struct when){(SECOND_0 + second) * NS_PER_SECOND});
}

/* The first record of a pod, or its last. */
static void add_pod(struct text *out, const struct load *load, unsigned address, unsigned holder,
		    bool ended)
{
	int64_t from = (int64_t)holder * LIFE, now = ended ? from + LIFE - 8 : from + 5;
	unsigned pod = holder * load->addresses + address;

	text_add_format(out, "{\"type\":\"%s\",\"cluster\":\"bench\",\"resource\":\"pods\",",
			ended ? "DELETED" : "ADDED");
	add_time(out, "received", now);
	text_add_format(
		out,
		",\"object\":{\"metadata\":{\"name\":\"web-5d9c8b7f6d-%u\",\"namespace\":\"shop\","
		"\"uid\":\"0c2b1f0e-8a53-4f5a-9d7c-%012u\",\"resourceVersion\":\"%u\",",
		pod, pod, 2 * pod + 1 + ended);
	add_time(out, "creationTimestamp", from);
	text_add_string(out,
			",\"labels\":{\"pod-template-hash\":\"5d9c8b7f6d\"},\"ownerReferences\":[{"
			"\"kind\":\"ReplicaSet\",\"controller\":true,\"name\":\"web-5d9c8b7f6d\","
			"\"uid\":\"rs\"}]},\"spec\":{\"nodeName\":\"n1\"},\"status\":{");
	add_time(out, "startTime", from);
	text_add_format(out,
			",\"phase\":\"%s\",\"podIP\":\"10.%u.%u.%u\",\"conditions\":[{\"type\":"
			"\"PodReadyToStartContainers\",\"status\":\"%s\",",
			ended ? "Succeeded" : "Running", address >> 16, address >> 8 & 255,
			address & 255, ended ? "False" : "True");
	add_time(out, "lastTransitionTime", ended ? now - 1 : from + 2);
	text_add_string(out, "}],\"containerStatuses\":[{\"state\":{");
	text_add_string(out, ended ? "\"terminated\":{" : "\"running\":{");
	add_time(out, "startedAt", from + 3);
	if (ended) {
		text_add_string(out, ",");
		add_time(out, "finishedAt", now - 2);
	}
	text_add_string(out, "}}}]}}}");
}

static void add_slice(struct text *out, const struct load *load, unsigned first, unsigned holder)
{
	unsigned end = first + SLICE < load->addresses ? first + SLICE : load->addresses;

	text_add_format(out,
			"{\"type\":\"%s\",\"cluster\":\"bench\",\"resource\":\"endpointslices\",",
			holder == 0 ? "ADDED" : "MODIFIED");
	add_time(out, "received", (int64_t)holder * LIFE + 6);
	text_add_format(out,
			",\"object\":{\"metadata\":{\"name\":\"web-%u\",\"namespace\":\"shop\","
			"\"uid\":\"slice-%u\",\"resourceVersion\":\"%u\",\"labels\":{"
			"\"kubernetes.io/service-name\":\"web-%u\"}},\"ports\":[{\"port\":8080}],"
			"\"endpoints\":[",
			first, first, holder + 1, first % 50);
	for (unsigned a = first; a < end; a++)
		text_add_format(out,
				"%s{\"addresses\":[\"10.%u.%u.%u\"],\"targetRef\":{\"uid\":"
				"\"0c2b1f0e-8a53-4f5a-9d7c-%012u\"}}",
				a > first ? "," : "", a >> 16, a >> 8 & 255, a & 255,
				holder * load->addresses + a);
	text_add_string(out, "]}}");
}

static void add_progress(struct text *out, int64_t second)
{
	text_add_string(out, "{\"type\":\"PROGRESS\",\"cluster\":\"bench\",");
	add_time(out, "received", second);
	text_add_string(out, ",");
	add_time(out, "known", second);
	text_add_string(out, "}");
}

static void fill(struct timeline *timeline, const struct load *load)
{
	struct text record;

	text_init(&record, 1 << 20);
	for (unsigned holder = 0; holder < load->holders; holder++) {
		for (unsigned a = 0; a < load->addresses; a++) {
			add_pod(&record, load, a, holder, false);
			apply(timeline, &record);
		}
		for (unsigned a = 0; a < load->addresses; a += SLICE) {
			add_slice(&record, load, a, holder);
			apply(timeline, &record);
		}
		for (int64_t s = 7; s < LIFE - 8; s += 10) {
			add_progress(&record, (int64_t)holder * LIFE + s);
			apply(timeline, &record);
		}
		for (unsigned a = 0; a < load->addresses && holder + 1 < load->holders; a++) {
			add_pod(&record, load, a, holder, true);
			apply(timeline, &record);
		}
	}
	add_progress(&record, (int64_t)load->holders * LIFE);
	apply(timeline, &record);
	text_free(&record);
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 20;
}

enum times { PRESENT, PAST };

/* Questions about one of the first ADDRESSES, in an order without pattern. */
struct asking {
	const char *what;
	unsigned addresses;
	enum times times;
	bool once; /* about each holder */
	unsigned questions;
};

#define PRIME UINT64_C(2654435761) /* has no factor in common with a number of holders */

/* An address, and an instant in the middle of a tenure. */
static struct timeline_question pick(const struct load *load, const struct asking *asking,
				     unsigned number, uint64_t *state)
{
	unsigned holders = asking->times == PAST ? load->holders : 1;
	uint64_t all = (uint64_t)asking->addresses * holders;
	uint64_t chosen = (asking->once ? number * PRIME : next_random(state)) % all;
	unsigned a = (unsigned)(chosen / holders);
	unsigned holder = load->holders - 1 - (unsigned)(chosen % holders);
	int64_t second = 60 + (int64_t)(next_random(state) % (LIFE - 120));
	struct timeline_question question = {.port = 8080, .transport = 6, .sent = true};

	question.ip =
		ip_from_v4((uint8_t[4]){10, (uint8_t)(a >> 16), (uint8_t)(a >> 8), (uint8_t)a});
	question.start.ns = (SECOND_0 + (int64_t)holder * LIFE + second) * NS_PER_SECOND;
	question.end = when_add(question.start, 1000000);
	return question;
}

static void ask(struct timeline *timeline, const struct load *load, const struct asking *asking)
{
	struct timeline_answer answer;
	uint64_t known = 0, bytes = 0, state = 88172645463325252;
	double began = now_s(), took;
	struct rusage usage;
	struct text out;

	text_init(&out, 1 << 20);
	for (unsigned q = 0; q < asking->questions; q++) {
		struct timeline_question question = pick(load, asking, q, &state);
		struct timeline_position position;

		if (timeline_position_for(timeline, question.end, &position) != 1)
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
	getrusage(RUSAGE_SELF, &usage);
	printf("%8u addresses %-13s %9.0f answers/s  %6.0f ns each  %" PRIu64
	       " of %u known, %" PRIu64 " bytes each, %ld MB\n",
	       asking->addresses, asking->what, asking->questions / took,
	       took / asking->questions * 1e9, known, asking->questions, bytes / asking->questions,
	       usage.ru_maxrss / 1024);
	fflush(stdout);
	text_free(&out);
}

int main(int argc, char **argv)
{
	const struct load load = {
		.addresses = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 100000,
		.holders = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1,
	};
	unsigned all = load.addresses, pods = all * load.holders;
	const struct asking askings[] = {
		{"", 1, PRESENT, false, QUESTIONS},
		{"", 100, PRESENT, false, QUESTIONS},
		{"present, cold", all, PRESENT, true, all},
		{"present, warm", all, PRESENT, false, QUESTIONS},
		{"past, cold", all, PAST, true, pods < PAST_MAX ? pods : PAST_MAX},
		{"past, warm", all, PAST, false, QUESTIONS},
	};
	struct timeline_options options = {.hold_ns = 10 * NS_PER_SECOND,
					   .skew_ns = 500 * NS_PER_MS};
	struct timeline *timeline;
	double began;

	log_init("timeline_answers", LOG_LEVEL_INFO, LOG_AUTO);
	began = now_s();
	timeline = timeline_open(argc > 3 ? argv[3] : NULL, &options);
	if (timeline == NULL || all < 100 || all > 1 << 24 || load.holders < 1)
		return 1;
	printf("opened in %.3f s\n", now_s() - began);
	began = now_s();
	if (timeline_next_offset(timeline) == 0)
		fill(timeline, &load);
	printf("%8u pods fed, %9.0f records/s\n", pods,
	       (double)timeline_next_offset(timeline) / (now_s() - began));
	for (size_t i = 0; i < sizeof(askings) / sizeof(askings[0]); i++)
		ask(timeline, &load, &askings[i]);
	timeline_close(timeline);
	return 0;
}
