/* With --retention a timeline stops growing. A small cluster lives for a long time on a clock of its
 * own: its pods and Jobs come and go, every address has one holder after the other, its watches fail
 * now and then.
 *
 * PODS, DAYS and RETENTION_DAYS choose a larger one, whose size and cost are printed for each
 * retention, and must not grow after the third; the caches of a small one are not full by then. */
#define _GNU_SOURCE /* nftw */
#include <dirent.h>
#include <ftw.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/timeline/timeline_internal.h"
#include "tests/unit/quoted.h"

#define SECOND_0 INT64_C(1795420800) /* 2026-11-23T08:00:00Z */
#define DAY 86400
#define PODS_OF_SLICE 10
#define QUESTIONS 2000
#define SAMPLES 6 /* of what is measured, in a retention */

/* What is measured over a retention; times are microseconds of CPU. */
struct measure {
	uint64_t rows;
	double row_mb, disk_mb, rss_mb; /* the largest */
	double feed, answer;            /* the mean of a record and of an answer */
};

/* How much larger than in the second or third retention each may be later. */
#define ROWS_LIMIT 1.05
#define LIMIT 1.25

/* Times are seconds after SECOND_0. */
struct scene {
	struct timeline *timeline;
	struct text record;
	int64_t pods, days, retention_days, progress_every;
	int64_t step; /* from one pod to the next one */
	int64_t now, known;
	bool told;
};

static char folder[] = "/tmp/tenure-retention-XXXXXX";

static int64_t number_from(const char *name, int64_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoll(text, NULL, 10) : otherwise;
}

static const char *time_of(int64_t second)
{
	static char texts[4][WHEN_TEXT_SIZE];
	static size_t next;
	char *text = texts[next++ % 4];

	when_format((struct when){(SECOND_0 + second) * NS_PER_SECOND}, text);
	return text;
}

static void apply(struct scene *scene)
{
	const char *why = NULL, *record = text_terminate(&scene->record);
	enum timeline_outcome outcome =
		timeline_apply(scene->timeline, timeline_next_offset(scene->timeline), record,
			       scene->record.length, -1, &why);

	if (outcome != TIMELINE_APPLIED)
		fail_msg("%s: %s", why != NULL ? why : "ignored or broken", record);
	text_clear(&scene->record);
}

static void begin(struct scene *scene, const char *type, const char *resource)
{
	text_add_format(&scene->record, quoted("{'type':'%s','resource':'%s','received':'%s'"),
			type, resource, time_of(scene->now));
}

static void add_metadata(struct scene *scene, const char *kind, int64_t number, int64_t created)
{
	text_add_format(&scene->record,
			quoted(",'object':{'metadata':{'name':'%s-%" PRId64
			       "','namespace':'shop','uid':'%s-%" PRId64
			       "','resourceVersion':'%" PRId64 "','creationTimestamp':'%s'"),
			kind, number, kind, number, timeline_next_offset(scene->timeline) + 1,
			time_of(created));
}

static void list(struct scene *scene, const char *resource)
{
	begin(scene, "SYNC_BEGIN", resource);
	text_add_string(&scene->record, quoted(",'resourceVersion':'1','scope':{}}"));
	apply(scene);
	begin(scene, "SYNC_END", resource);
	text_add_string(&scene->record, quoted(",'resourceVersion':'1'}"));
	apply(scene);
}

/* Each place in the cluster has one pod after the other. Pod NUMBER is in place NUMBER % PODS and has
 * one of two addresses. */
static int64_t address_of(const struct scene *scene, int64_t number)
{
	return number % scene->pods * 2 + number / scene->pods % 2;
}

static void add_address(struct text *out, int64_t address)
{
	text_add_format(out, "10.%d.%d.%d", (int)(address >> 16 & 255), (int)(address >> 8 & 255),
			(int)(address & 255));
}

static void pod(struct scene *scene, const char *type, int64_t number, int64_t created,
		const char *phase, const char *state)
{
	struct text *out = &scene->record;

	begin(scene, type, "pods");
	add_metadata(scene, "pod", number, created);
	text_add_format(
		out,
		quoted(",'ownerReferences':[{'controller':true,'kind':'Job','name':'job-%" PRId64
		       "','uid':'job-%" PRId64 "'}]},'spec':{'nodeName':'n1'},"
		       "'status':{'phase':'%s','startTime':'%s'"),
		number, number, phase, time_of(created));
	if (state != NULL) {
		text_add_string(out, quoted(",'podIP':'"));
		add_address(out, address_of(scene, number));
		text_add_format(out, quoted("','containerStatuses':[{'name':'main','state':{%s}}]"),
				state);
	}
	text_add_string(out, "}}}");
	apply(scene);
}

static void job(struct scene *scene, const char *type, int64_t number, int64_t created)
{
	begin(scene, type, "jobs");
	add_metadata(scene, "job", number, created);
	text_add_string(&scene->record,
			quoted(",'ownerReferences':[{'controller':true,'kind':'CronJob','name':'c',"
			       "'uid':'c'}]}}}"));
	apply(scene);
}

/* The slice of the place of pod NUMBER. */
static void slice(struct scene *scene, int64_t number)
{
	int64_t first = number % scene->pods / PODS_OF_SLICE * PODS_OF_SLICE;
	struct text *out = &scene->record;

	begin(scene, "MODIFIED", "endpointslices");
	add_metadata(scene, "slice", first, 0);
	text_add_string(out, quoted(",'labels':{'kubernetes.io/service-name':'web'}},'addressType':"
				    "'IPv4','ports':[{'port':80,'protocol':'TCP'}],'endpoints':["));
	for (int64_t place = first; place < first + PODS_OF_SLICE && place < scene->pods; place++) {
		int64_t one = number / scene->pods * scene->pods + place;

		/* Those that come later are still the ones before. */
		if (one > number)
			one -= scene->pods;
		if (one < 0)
			continue;
		if (out->data[out->length - 1] == '}')
			text_add(out, ",", 1);
		text_add_string(out, quoted("{'addresses':['"));
		add_address(out, address_of(scene, one));
		text_add_format(out, quoted("'],'targetRef':{'uid':'pod-%" PRId64 "'}}"), one);
	}
	text_add_string(out, "]}}");
	apply(scene);
}

/* Pod NUMBER takes the place of another one. */
static void replace(struct scene *scene, int64_t number, int64_t life)
{
	char state[256];
	int64_t created = scene->now, before = number - scene->pods;

	if (before >= 0) {
		snprintf(state, sizeof(state),
			 quoted("'terminated':{'startedAt':'%s','finishedAt':'%s'}"),
			 time_of(created - life + 2), time_of(created - 1));
		pod(scene, "MODIFIED", before, created - life, "Succeeded", state);
		pod(scene, "DELETED", before, created - life, "Succeeded", state);
		job(scene, "DELETED", before, created - life);
	}
	job(scene, "ADDED", number, created);
	pod(scene, "ADDED", number, created, "Pending", NULL);
	scene->now += 2;
	snprintf(state, sizeof(state), quoted("'running':{'startedAt':'%s'}"), time_of(scene->now));
	pod(scene, "MODIFIED", number, created, "Running", state);
	slice(scene, number);
	scene->now -= 2;
}

static void progress(struct scene *scene)
{
	scene->known += scene->progress_every;
	text_add_format(&scene->record, quoted("{'type':'PROGRESS','known':'%s','received':'%s'}"),
			time_of(scene->known), time_of(scene->known));
	apply(scene);
}

static void gap(struct scene *scene)
{
	begin(scene, "GAP", "endpointslices");
	text_add_format(&scene->record, quoted(",'from':'%s','to':'%s','reason':'expired'}"),
			time_of(scene->now - 30), time_of(scene->now));
	apply(scene);
}

/* The answer about ADDRESS at SECOND, as of the default position. */
static struct timeline_answer ask(const struct scene *scene, int64_t address, int64_t second)
{
	struct timeline_question question = {
		.port = 80,
		.transport = 6,
		.sent = true,
		.start = {(SECOND_0 + second) * NS_PER_SECOND},
		.end = {(SECOND_0 + second) * NS_PER_SECOND},
	};
	struct timeline_position position;
	struct timeline_answer answer;
	struct text ip;

	text_init(&ip, 64);
	add_address(&ip, address);
	assert_int_equal(ip_parse(ip.data, ip.length, &question.ip), 0);
	text_free(&ip);
	assert_int_equal(timeline_position_for(scene->timeline, question.end, &position), 1);
	question.position = position.offset;
	assert_int_equal(timeline_answer(scene->timeline, &question, &answer), 0);
	return answer;
}

/* How many rows the store has; *BYTES counts their keys and values. */
static uint64_t count_rows(const struct scene *scene, uint64_t *bytes)
{
	struct span key, value;
	struct store_scan *scan;
	struct text all;
	uint64_t rows = 0;

	text_init(&all, 8);
	*bytes = 0;
	scan = store_scan_begin(scene->timeline->store, &all, &all);
	while (store_scan_next(scan, &key, &value) == 1) {
		rows++;
		*bytes += key.length + value.length;
	}
	store_scan_end(scan);
	text_free(&all);
	return rows;
}

/* CPU for an answer about a random time of the last retention. */
static double cost(const struct scene *scene, uint64_t *random)
{
	int64_t range = scene->retention_days * DAY;
	clock_t began = clock();

	if (scene->now < range)
		range = scene->now;
	for (int q = 0; q < QUESTIONS; q++) {
		*random = *random * UINT64_C(6364136223846793005) + 1442695040888963407;
		ask(scene, (int64_t)((*random >> 33) % (uint64_t)(2 * scene->pods)),
		    scene->now - 60 - (int64_t)((*random >> 17) % (uint64_t)(range - 120)));
	}
	return (double)(clock() - began) / CLOCKS_PER_SEC / QUESTIONS * 1e6;
}

static double disk_mb(void)
{
	DIR *files = opendir(folder);
	const struct dirent *entry;
	struct stat status;
	double bytes = 0;

	assert_non_null(files);
	for (entry = readdir(files); entry != NULL; entry = readdir(files)) {
		if (fstatat(dirfd(files), entry->d_name, &status, 0) == 0 &&
		    S_ISREG(status.st_mode))
			bytes += (double)status.st_size;
	}
	closedir(files);
	return bytes / 1e6;
}

static double rss_mb(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*d %ld", &pages), 1);
	fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static void keep_larger(double *kept, double is)
{
	if (is > *kept)
		*kept = is;
}

static void live(struct scene *scene, int64_t *number, int64_t end)
{
	while (scene->now < end) {
		scene->now += scene->step;
		replace(scene, (*number)++, scene->step * scene->pods);
		if (*number % 50 == 0)
			gap(scene);
		while (scene->known + scene->progress_every <= scene->now + scene->step)
			progress(scene);
	}
	assert_int_equal(timeline_flush(scene->timeline), 0);
}

/* Lives for a retention. */
static struct measure live_and_measure(struct scene *scene, int64_t *number, uint64_t *random)
{
	struct measure is = {0};
	int64_t sample = scene->retention_days * DAY / SAMPLES, end = scene->now;
	int64_t first = timeline_next_offset(scene->timeline);
	uint64_t bytes;

	for (int s = 0; s < SAMPLES; s++) {
		clock_t began = clock();

		end += sample;
		live(scene, number, end);
		is.feed += (double)(clock() - began) / CLOCKS_PER_SEC * 1e6;
		if (scene->told) {
			is.answer += cost(scene, random) / SAMPLES;
			keep_larger(&is.disk_mb, disk_mb());
			keep_larger(&is.rss_mb, rss_mb());
		}
	}
	is.feed /= (double)(timeline_next_offset(scene->timeline) - first);
	is.rows = count_rows(scene, &bytes);
	is.row_mb = (double)bytes / 1e6;
	return is;
}

static void print(const struct scene *scene, const struct measure *is)
{
	const struct cluster *cluster = scene->timeline->answering;

	printf("day %3" PRId64 ": %8" PRIu64 " rows of %5.1f MB, on disk %5.1f MB, RSS %4.0f MB, "
	       "%zu GAPs, %zu unpublished, %zu blocks of PROGRESS; CPU: %4.1f us a record, "
	       "%5.1f us an answer\n",
	       scene->now / DAY, is->rows, is->row_mb, is->disk_mb, is->rss_mb, cluster->gaps.count,
	       cluster->unpublished.count, cluster->progress.index.count, is->feed, is->answer);
	fflush(stdout);
}

/* IS must be at most LIMIT times what the larger of A and B is. */
static void assert_flat(const char *what, double is, double a, double b, double limit)
{
	if (is > (a > b ? a : b) * limit)
		fail_msg("%s has grown from %.1f and %.1f to %.1f", what, a, b, is);
}

static void assert_no_growth(const struct scene *scene, const struct measure *is,
			     const struct measure before[2])
{
	assert_in_range(is->rows, (uint64_t)((double)before[1].rows / 2),
			(uint64_t)((double)before[1].rows * ROWS_LIMIT));
	if (!scene->told)
		return;
	assert_flat("MB of rows", is->row_mb, before[0].row_mb, before[1].row_mb, ROWS_LIMIT);
	assert_flat("MB on disk", is->disk_mb, before[0].disk_mb, before[1].disk_mb, LIMIT);
	assert_flat("MB of memory", is->rss_mb, before[0].rss_mb, before[1].rss_mb, LIMIT);
	assert_flat("us a record", is->feed, before[0].feed, before[1].feed, LIMIT);
	assert_flat("us an answer", is->answer, before[0].answer, before[1].answer, LIMIT);
}

static void assert_answers(const struct scene *scene)
{
	int64_t day = scene->now - DAY / 2, horizon = scene->now - scene->retention_days * DAY;
	int64_t second = scene->known - 20, number = (second - 5) / scene->step - 1;
	struct timeline_answer answer = ask(scene, address_of(scene, number), second);

	assert_int_equal(answer.status, TIMELINE_KNOWN);
	assert_int_equal(answer.services.count, 1);
	assert_true(span_equal(answer.holder->workload_name, span_of("c")));
	/* One of the two addresses of a place is somebody's at any time. */
	answer = ask(scene, 2, day);
	if (answer.status != TIMELINE_KNOWN)
		answer = ask(scene, 3, day);
	assert_int_equal(answer.status, TIMELINE_KNOWN);
	answer = ask(scene, 2, horizon + 3 * DAY / 2);
	if (answer.status != TIMELINE_KNOWN)
		answer = ask(scene, 3, horizon + 3 * DAY / 2);
	assert_int_equal(answer.status, TIMELINE_KNOWN);
	for (int64_t address = 2; address < 4; address++) {
		answer = ask(scene, address, horizon - DAY);
		assert_int_equal(answer.status, TIMELINE_UNKNOWN);
		assert_string_equal(answer.reason, "before_coverage");
		assert_int_equal(answer.candidate_count, 0);
	}
}

static void a_timeline_does_not_grow_past_its_retention(void **state)
{
	static const char *const resources[] = {"pods", "services", "endpointslices", "nodes"};
	struct scene scene = {
		.pods = number_from("PODS", 40),
		.days = number_from("DAYS", 40),
		.retention_days = number_from("RETENTION_DAYS", 4),
		.progress_every = number_from("PROGRESS_SECONDS", 60),
		.told = getenv("DAYS") != NULL,
	};
	const struct timeline_options options = {
		.hold_ns = 10 * NS_PER_SECOND,
		.skew_ns = 500 * NS_PER_MS,
		.kube_from = WHEN_MIN,
		.kube_until = WHEN_MIN,
		.retention_ns = scene.retention_days * DAY * NS_PER_SECOND,
	};
	struct measure before[3] = {0}, is;
	int64_t number = 0, retentions = 0;
	uint64_t random = 7;

	(void)state;
	scene.step = DAY / scene.pods;
	text_init(&scene.record, 1 << 20);
	scene.timeline = timeline_open(folder, &options);
	assert_non_null(scene.timeline);
	for (size_t r = 0; r < sizeof(resources) / sizeof(resources[0]); r++)
		list(&scene, resources[r]);
	while (scene.now < scene.days * DAY) {
		is = live_and_measure(&scene, &number, &random);
		if (scene.told)
			print(&scene, &is);
		if (retentions < 3)
			before[retentions] = is;
		else
			assert_no_growth(&scene, &is, &before[1]);
		if (++retentions >= 3)
			assert_answers(&scene);
	}
	assert_true(retentions > 3);
	assert_in_range(scene.timeline->answering->unpublished.count, 0,
			(uint64_t)(3 * scene.pods * scene.retention_days));
	timeline_close(scene.timeline);
	text_free(&scene.record);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static int remove_folder(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timeline_does_not_grow_past_its_retention),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
