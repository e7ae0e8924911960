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
#include "tests/unit/common/timeline/cluster_life.h"

#define DAY 86400
#define QUESTIONS 2000
#define SAMPLES 6 /* of what is measured, in a retention */

/* What is measured over a retention; times are microseconds of CPU. */
struct measure {
	uint64_t rows;
	double row_mb, disk_mb, rss_mb; /* the largest */
	double feed, answer;            /* the mean of a record and of an answer */
};

/* How many times what they are in the second or third retention they may be later. The cost follows
 * the number of files that RocksDB has not merged yet, and what else the machine does. */
#define ROWS_LIMIT 1.05
#define MEMORY_LIMIT 1.25
#define LIMIT 2.0

struct scene {
	struct cluster_life life;
	int64_t days, retention_days;
	bool told;
};

static char folder[] = "/tmp/tenure-retention-XXXXXX";

static int64_t number_from(const char *name, int64_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoll(text, NULL, 10) : otherwise;
}

/* The answer about ADDRESS at SECOND, as of the default position. */
static struct timeline_answer ask(const struct scene *scene, int64_t address, int64_t second)
{
	struct timeline_question question = {
		.port = 80,
		.transport = 6,
		.sent = true,
		.start = {(CLUSTER_LIFE_BEGIN + second) * NS_PER_SECOND},
		.end = {(CLUSTER_LIFE_BEGIN + second) * NS_PER_SECOND},
	};
	struct timeline_position position;
	struct timeline_answer answer;
	struct text ip;

	text_init(&ip, 64);
	cluster_life_add_address(&ip, address);
	assert_int_equal(ip_parse(ip.data, ip.length, &question.ip), 0);
	text_free(&ip);
	assert_int_equal(timeline_position_for(scene->life.timeline, question.end, &position), 1);
	question.position = position.offset;
	assert_int_equal(timeline_answer(scene->life.timeline, &question, &answer), 0);
	return answer;
}

/* The history of ADDRESS at the last position that is forgotten, and in the middle of those. */
static void expect_no_history(const struct scene *scene, int64_t address)
{
	struct timeline *timeline = scene->life.timeline;
	int64_t horizon = (int64_t)timeline->answering->horizon_offset;
	struct timeline_history history;
	struct when known;
	struct text text;
	struct ip ip;

	text_init(&text, 64);
	cluster_life_add_address(&text, address);
	assert_int_equal(ip_parse(text.data, text.length, &ip), 0);
	text_free(&text);
	for (size_t p = 0; p < 2; p++) {
		int64_t position = p == 0 ? horizon / 2 : horizon - 1;

		assert_int_equal(timeline_history(timeline, &ip, position, &history), 0);
		assert_int_equal(history.count, 0);
		timeline_history_clear(&history);
		assert_int_equal(timeline_known_at(timeline, position, &known), 0);
		assert_true(when_is_min(known));
	}
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
	scan = store_scan_begin(scene->life.timeline->store, &all, &all);
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

	if (scene->life.now < range)
		range = scene->life.now;
	for (int q = 0; q < QUESTIONS; q++) {
		*random = *random * UINT64_C(6364136223846793005) + 1442695040888963407;
		ask(scene, (int64_t)((*random >> 33) % (uint64_t)(2 * scene->life.pods)),
		    scene->life.now - 60 - (int64_t)((*random >> 17) % (uint64_t)(range - 120)));
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

/* Lives for a retention. */
static struct measure live_and_measure(struct scene *scene, uint64_t *random)
{
	struct measure is = {0};
	int64_t sample = scene->retention_days * DAY / SAMPLES, end = scene->life.now;
	int64_t first = timeline_next_offset(scene->life.timeline);
	uint64_t bytes;

	for (int s = 0; s < SAMPLES; s++) {
		clock_t began = clock();

		end += sample;
		cluster_life_until(&scene->life, end);
		is.feed += (double)(clock() - began) / CLOCKS_PER_SEC * 1e6;
		if (scene->told) {
			is.answer += cost(scene, random) / SAMPLES;
			keep_larger(&is.disk_mb, disk_mb());
			keep_larger(&is.rss_mb, rss_mb());
		}
	}
	is.feed /= (double)(timeline_next_offset(scene->life.timeline) - first);
	is.rows = count_rows(scene, &bytes);
	is.row_mb = (double)bytes / 1e6;
	return is;
}

static void print(const struct scene *scene, const struct measure *is)
{
	const struct cluster *cluster = scene->life.timeline->answering;

	printf("day %3" PRId64 ": %8" PRIu64 " rows of %5.1f MB, on disk %5.1f MB, RSS %4.0f MB, "
	       "%zu GAPs, %zu blocks of unpublished pods, %zu of PROGRESS; CPU: %4.1f us a record, "
	       "%5.1f us an answer\n",
	       scene->life.now / DAY, is->rows, is->row_mb, is->disk_mb, is->rss_mb,
	       cluster->gaps.count, cluster->unpublished.count, cluster->progress.index.count,
	       is->feed, is->answer);
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
	assert_flat("MB of memory", is->rss_mb, before[0].rss_mb, before[1].rss_mb, MEMORY_LIMIT);
	assert_flat("us a record", is->feed, before[0].feed, before[1].feed, LIMIT);
	assert_flat("us an answer", is->answer, before[0].answer, before[1].answer, LIMIT);
}

static void assert_answers(const struct scene *scene)
{
	int64_t day = scene->life.now - DAY / 2,
		horizon = scene->life.now - scene->retention_days * DAY;
	int64_t second = scene->life.known - 20, number = (second - 5) / scene->life.step - 1;
	struct timeline_answer answer =
		ask(scene, cluster_life_address(&scene->life, number), second);

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
		expect_no_history(scene, address);
	}
}

static void a_timeline_does_not_grow_past_its_retention(void **state)
{
	static const char *const resources[] = {"pods", "services", "endpointslices", "nodes"};
	struct scene scene = {
		.life = {.pods = number_from("PODS", 40),
			 .progress_every = number_from("PROGRESS_SECONDS", 60)},
		.days = number_from("DAYS", 40),
		.retention_days = number_from("RETENTION_DAYS", 4),
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
	int64_t retentions = 0;
	uint64_t random = 7;

	(void)state;
	scene.life.step = DAY / scene.life.pods;
	text_init(&scene.life.record, 1 << 20);
	scene.life.timeline = timeline_open(folder, &options);
	assert_non_null(scene.life.timeline);
	for (size_t r = 0; r < sizeof(resources) / sizeof(resources[0]); r++)
		cluster_life_list(&scene.life, resources[r]);
	while (scene.life.now < scene.days * DAY) {
		is = live_and_measure(&scene, &random);
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
	assert_in_range(scene.life.timeline->answering->unpublished.count, 0,
			(uint64_t)(3 * scene.life.pods * scene.retention_days));
	timeline_close(scene.life.timeline);
	text_free(&scene.life.record);
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
