#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "producers/kube/resume.h"
#include "tests/unit/quoted.h"

/* Milliseconds after 2026-01-01T00:00:00Z. */
static struct when at(int64_t ms)
{
	return (struct when){1767225600 * NS_PER_SECOND + ms * NS_PER_MS};
}

/* TEXT is the next record of the output. */
static void take(struct resume *resume, const char *text)
{
	struct kube_event event;
	struct fault fault;

	assert_int_equal(kube_event_parse(text, strlen(text), &event, &fault), 0);
	resume_take(resume, "c", &event);
	kube_event_clear(&event);
}

#define POD(revision)                                                             \
	"{'type':'MODIFIED','cluster':'c','resource':'pods','received':'2026-01-" \
	"01T00:00:09Z',"                                                          \
	"'object':{'metadata':{'uid':'u','name':'n','resourceVersion':'" revision "'}}}"
#define PROGRESS                                                              \
	"{'type':'PROGRESS','cluster':'c','received':'2026-01-01T00:00:02Z'," \
	"'known':'2026-01-01T00:00:01Z','revisions':{'pods':'20','nodes':'20'}}"
#define SYNC(type, revision) \
	"{'type':'" type "','cluster':'c','resource':'pods','resourceVersion':'" revision "'}"

static void what_meters_wrote_says_nothing(void **state)
{
	struct resume resume;

	(void)state;
	resume_init(&resume);
	take(&resume, quoted("{'type':'DELETED','cluster':'c','resource':'interfaces',"
			     "'received':'2026-01-01T00:00:09Z',"
			     "'object':{'metadata':{'name':'veth1','uid':'v'}}}"));
	assert_false(resume.any);
}

static void resumes_after_the_last_progress(void **state)
{
	(void)state;
	struct resume resume;

	resume_init(&resume);
	take(&resume, quoted(POD("19")));
	take(&resume, quoted(PROGRESS));
	take(&resume, quoted(POD("21")));
	take(&resume,
	     quoted("{'type':'PROGRESS','cluster':'other','known':'2026-01-01T00:00:05Z'}"));
	assert_true(resume.proven);
	assert_int_equal(resume.points[KUBE_PODS].revision, 21);
	assert_int_equal(resume.points[KUBE_NODES].revision, 20);
	assert_int_equal(resume.points[KUBE_JOBS].revision, 0);
	assert_int_equal(resume.known.ns, at(1000).ns);
	assert_int_equal(resume.received.ns, at(9000).ns);
}

#define GAP                                                                                       \
	"{'type':'GAP','cluster':'c','resource':'pods','from':'2026-01-01T00:00:01Z','to':'2026-" \
	"01-01T00:00:02Z'}"

static void lists_again_after_a_gap(void **state)
{
	(void)state;
	struct resume resume;

	resume_init(&resume);
	take(&resume, quoted(PROGRESS));
	take(&resume, quoted(GAP));
	take(&resume, quoted(SYNC("SYNC_BEGIN", "30")));
	take(&resume, quoted(POD("21")));
	assert_int_equal(resume.points[KUBE_PODS].revision, 0);
	assert_int_equal(resume.points[KUBE_NODES].revision, 20);
	take(&resume, quoted(SYNC("SYNC_END", "30")));
	assert_int_equal(resume.points[KUBE_PODS].revision, 30);
	take(&resume, quoted(POD("31")));
	assert_int_equal(resume.points[KUBE_PODS].revision, 31);
}

static void an_interrupted_list_that_was_planned_has_lost_nothing(void **state)
{
	(void)state;
	struct resume resume;

	resume_init(&resume);
	take(&resume, quoted(PROGRESS));
	take(&resume, quoted(POD("25")));
	take(&resume, quoted(SYNC("SYNC_BEGIN", "30")));
	take(&resume, quoted(POD("21")));
	assert_int_equal(resume.points[KUBE_PODS].revision, 25);
	/* The watch runs on beside the list. */
	take(&resume, quoted(POD("33")));
	take(&resume, quoted(SYNC("SYNC_END", "30")));
	assert_int_equal(resume.points[KUBE_PODS].revision, 33);
}

static void knows_what_the_topic_has_never_covered(void **state)
{
	(void)state;
	struct resume resume;

	resume_init(&resume);
	take(&resume, quoted(SYNC("SYNC_BEGIN", "10")));
	assert_true(resume.points[KUBE_PODS].covered);
	take(&resume, quoted(PROGRESS));
	assert_true(resume.points[KUBE_PODS].covered);
	assert_false(resume.points[KUBE_JOBS].covered);
}

static void remembers_what_was_proved_and_since_when(void **state)
{
	(void)state;
	const struct resume_point *pods;
	struct resume resume;

	resume_init(&resume);
	pods = &resume.points[KUBE_PODS];
	take(&resume, quoted(POD("20")));
	take(&resume, quoted(PROGRESS));
	take(&resume, quoted("{'type':'PROGRESS','cluster':'c','known':'2026-01-01T00:00:03Z',"
			     "'revisions':{'pods':'20'},'proved':{'pods':'28'}}"));
	assert_int_equal(pods->revision, 20);
	assert_int_equal(pods->sure.ns, at(1000).ns);
	assert_int_equal(pods->proved, 28);
	assert_int_equal(pods->witness, 20);
	/* An item of a list is not a change. */
	take(&resume, quoted(SYNC("SYNC_BEGIN", "28")));
	take(&resume, quoted(POD("25")));
	assert_int_equal(pods->revision, 20);
	take(&resume, quoted(POD("29")));
	assert_int_equal(pods->revision, 29);
	assert_int_equal(pods->sure.ns, at(3000).ns);
	assert_int_equal(pods->witness, 29);
	take(&resume, quoted(GAP));
	assert_int_equal(pods->proved, 0);
	assert_int_equal(pods->witness, 0);
	assert_true(pods->covered);
}

static void trusts_no_change_without_a_progress(void **state)
{
	(void)state;
	struct resume resume;

	resume_init(&resume);
	take(&resume, quoted(POD("19")));
	take(&resume, quoted(SYNC("SYNC_END", "30")));
	assert_true(resume.any);
	assert_false(resume.proven);
	assert_int_equal(resume.points[KUBE_PODS].revision, 0);
}

static void reads_the_end_of_a_file_but_not_of_standard_output(void **state)
{
	(void)state;
	char name[] = "/tmp/kube-resume-test-XXXXXX";
	FILE *file = fdopen(mkstemp(name), "w");
	struct bus_options options = {0};
	struct resume resume;

	assert_non_null(file);
	fputs(quoted(PROGRESS "\n"), file);
	/* More than the first step back reads, with lines that are not ours. */
	for (int i = 0; i < 1500; i++)
		fputs(i % 2 ? "not JSON\n" : quoted(POD("21") "\n"), file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(resume_read(name, &options, "c", NULL, &resume), 0);
	assert_true(resume.proven);
	assert_int_equal(resume.points[KUBE_PODS].revision, 21);
	assert_int_equal(resume_read(name, &options, "other", NULL, &resume), 0);
	assert_false(resume.any);
	assert_int_equal(resume_read("-", &options, "c", NULL, &resume), 0);
	assert_false(resume.any);
	assert_int_equal(unlink(name), 0);
}

/* As many as would otherwise end the search. */
static void records_of_meters_do_not_hide_the_last_progress(void **state)
{
	const struct bus_options options = {0};
	char name[] = "/tmp/resume-XXXXXX";
	struct resume resume;
	FILE *file;
	int fd;

	(void)state;
	fd = mkstemp(name);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	fprintf(file, "%s\n", quoted(PROGRESS));
	for (int i = 0; i < 500001; i++)
		fputs("{\"type\":\"ADDED\",\"cluster\":\"c\",\"resource\":\"interfaces\","
		      "\"object\":{\"metadata\":{\"uid\":\"v\",\"name\":\"v\"}}}\n",
		      file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(resume_read(name, &options, "c", NULL, &resume), 0);
	assert_true(resume.proven);
	assert_int_equal(resume.points[KUBE_PODS].revision, 20);
	assert_int_equal(unlink(name), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_meters_wrote_says_nothing),
		cmocka_unit_test(resumes_after_the_last_progress),
		cmocka_unit_test(lists_again_after_a_gap),
		cmocka_unit_test(an_interrupted_list_that_was_planned_has_lost_nothing),
		cmocka_unit_test(knows_what_the_topic_has_never_covered),
		cmocka_unit_test(remembers_what_was_proved_and_since_when),
		cmocka_unit_test(trusts_no_change_without_a_progress),
		cmocka_unit_test(reads_the_end_of_a_file_but_not_of_standard_output),
		cmocka_unit_test(records_of_meters_do_not_hide_the_last_progress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
