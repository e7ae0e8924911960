#include "tests/unit/common/timeline/cluster_life.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/quoted.h"

#define PODS_OF_SLICE 10

static const char *time_of(int64_t second)
{
	static char texts[4][WHEN_TEXT_SIZE];
	static size_t next;
	char *text = texts[next++ % 4];

	when_format((struct when){(CLUSTER_LIFE_BEGIN + second) * NS_PER_SECOND}, text);
	return text;
}

static void apply(struct cluster_life *life)
{
	const char *why = NULL, *record = text_terminate(&life->record);
	enum timeline_outcome outcome =
		timeline_apply(life->timeline, timeline_next_offset(life->timeline), record,
			       life->record.length, -1, &why);

	if (outcome != TIMELINE_APPLIED)
		fail_msg("%s: %s", why != NULL ? why : "ignored or broken", record);
	text_clear(&life->record);
}

static void begin(struct cluster_life *life, const char *type, const char *resource)
{
	text_add_format(&life->record, quoted("{'type':'%s','resource':'%s','received':'%s'"), type,
			resource, time_of(life->now));
}

static void add_metadata(struct cluster_life *life, const char *kind, int64_t number,
			 int64_t created)
{
	text_add_format(&life->record,
			quoted(",'object':{'metadata':{'name':'%s-%" PRId64
			       "','namespace':'shop','uid':'%s-%" PRId64
			       "','resourceVersion':'%" PRId64 "','creationTimestamp':'%s'"),
			kind, number, kind, number, timeline_next_offset(life->timeline) + 1,
			time_of(created));
}

void cluster_life_list(struct cluster_life *life, const char *resource)
{
	begin(life, "SYNC_BEGIN", resource);
	text_add_string(&life->record, quoted(",'resourceVersion':'1','scope':{}}"));
	apply(life);
	begin(life, "SYNC_END", resource);
	text_add_string(&life->record, quoted(",'resourceVersion':'1'}"));
	apply(life);
}

int64_t cluster_life_address(const struct cluster_life *life, int64_t number)
{
	return number % life->pods * 2 + number / life->pods % 2;
}

void cluster_life_add_address(struct text *out, int64_t address)
{
	text_add_format(out, "10.%d.%d.%d", (int)(address >> 16 & 255), (int)(address >> 8 & 255),
			(int)(address & 255));
}

static void pod(struct cluster_life *life, const char *type, int64_t number, int64_t created,
		const char *phase, const char *state)
{
	struct text *out = &life->record;

	begin(life, type, "pods");
	add_metadata(life, "pod", number, created);
	text_add_format(
		out,
		quoted(",'ownerReferences':[{'controller':true,'kind':'Job','name':'job-%" PRId64
		       "','uid':'job-%" PRId64 "'}]},'spec':{'nodeName':'n1'},"
		       "'status':{'phase':'%s','startTime':'%s'"),
		number, number, phase, time_of(created));
	if (state != NULL) {
		text_add_string(out, quoted(",'podIP':'"));
		cluster_life_add_address(out, cluster_life_address(life, number));
		text_add_format(out, quoted("','containerStatuses':[{'name':'main','state':{%s}}]"),
				state);
	}
	text_add_string(out, "}}}");
	apply(life);
}

static void job(struct cluster_life *life, const char *type, int64_t number, int64_t created)
{
	begin(life, type, "jobs");
	add_metadata(life, "job", number, created);
	text_add_string(&life->record,
			quoted(",'ownerReferences':[{'controller':true,'kind':'CronJob','name':'c',"
			       "'uid':'c'}]}}}"));
	apply(life);
}

/* The slice of the place of pod NUMBER. */
static void slice(struct cluster_life *life, int64_t number)
{
	int64_t first = number % life->pods / PODS_OF_SLICE * PODS_OF_SLICE;
	struct text *out = &life->record;

	begin(life, "MODIFIED", "endpointslices");
	add_metadata(life, "slice", first, 0);
	text_add_string(out, quoted(",'labels':{'kubernetes.io/service-name':'web'}},'addressType':"
				    "'IPv4','ports':[{'port':80,'protocol':'TCP'}],'endpoints':["));
	for (int64_t place = first; place < first + PODS_OF_SLICE && place < life->pods; place++) {
		int64_t one = number / life->pods * life->pods + place;

		/* Those that come later are still the ones before. */
		if (one > number)
			one -= life->pods;
		if (one < 0)
			continue;
		if (out->data[out->length - 1] == '}')
			text_add(out, ",", 1);
		text_add_string(out, quoted("{'addresses':['"));
		cluster_life_add_address(out, cluster_life_address(life, one));
		text_add_format(out, quoted("'],'targetRef':{'uid':'pod-%" PRId64 "'}}"), one);
	}
	text_add_string(out, "]}}");
	apply(life);
}

/* Pod NUMBER takes the place of another one. */
static void replace(struct cluster_life *life, int64_t number, int64_t seconds)
{
	char state[256];
	int64_t created = life->now, before = number - life->pods;

	if (before >= 0) {
		snprintf(state, sizeof(state),
			 quoted("'terminated':{'startedAt':'%s','finishedAt':'%s'}"),
			 time_of(created - seconds + 2), time_of(created - 1));
		pod(life, "MODIFIED", before, created - seconds, "Succeeded", state);
		pod(life, "DELETED", before, created - seconds, "Succeeded", state);
		job(life, "DELETED", before, created - seconds);
	}
	job(life, "ADDED", number, created);
	pod(life, "ADDED", number, created, "Pending", NULL);
	life->now += 2;
	snprintf(state, sizeof(state), quoted("'running':{'startedAt':'%s'}"), time_of(life->now));
	pod(life, "MODIFIED", number, created, "Running", state);
	slice(life, number);
	life->now -= 2;
}

static void progress(struct cluster_life *life)
{
	life->known += life->progress_every;
	text_add_format(&life->record, quoted("{'type':'PROGRESS','known':'%s','received':'%s'}"),
			time_of(life->known), time_of(life->known));
	apply(life);
}

static void gap(struct cluster_life *life)
{
	begin(life, "GAP", "endpointslices");
	text_add_format(&life->record, quoted(",'from':'%s','to':'%s','reason':'expired'}"),
			time_of(life->now - 30), time_of(life->now));
	apply(life);
}

void cluster_life_until(struct cluster_life *life, int64_t end)
{
	while (life->now < end) {
		life->now += life->step;
		replace(life, life->number++, life->step * life->pods);
		if (life->number % 50 == 0)
			gap(life);
		while (life->known + life->progress_every <= life->now + life->step)
			progress(life);
	}
	assert_int_equal(timeline_flush(life->timeline), 0);
}
