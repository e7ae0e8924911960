/* An enricher that ran out of memory continues in its next run, and each flow has its
 * outcome exactly once. */
#define _GNU_SOURCE /* nftw */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "enricher/alignment.h"
#include "tests/unit/failing_alloc.h"
#include "tests/unit/quoted.h"

#define OUTPUT_MAX 16384

static const char kube_records[] =
	"{'type':'ADDED','resource':'pods','received':'2026-11-23T08:00:05Z',"
	"'object':{'metadata':{'name':'a','namespace':'shop','uid':'uid-a',"
	"'resourceVersion':'7'},'spec':{},'status':{'phase':'Running',"
	"'startTime':'2026-11-23T08:00:00Z','podIP':'10.1.0.1','containerStatuses':[{'state':{"
	"'running':{'startedAt':'2026-11-23T08:00:02Z'}}}]}}}\n"
	"{'type':'PROGRESS','known':'2026-11-23T08:01:00Z','received':'2026-11-23T08:01:00Z'}\n";
static const char flow_records[] =
	"{'event':{'start':'2026-11-23T08:00:10Z','end':'2026-11-23T08:00:11Z'},"
	"'network':{'transport':'tcp'},'source':{'ip':'10.1.0.1','port':40000,'packets':3},"
	"'destination':{'ip':'192.0.2.1','port':80}}\n"
	"this is not JSON\n"
	"{'event':{'end':'2026-11-23T08:00:12Z'},'source':{'ip':'10.1.0.1'},"
	"'destination':{'ip':'10.1.0.1'}}\n";

/* The first flow when no pod was known, the second as it is. */
static const char tagged_records[] =
	"{'event':{'start':'2026-11-23T08:00:10Z','end':'2026-11-23T08:00:11Z'},"
	"'network':{'transport':'tcp'},'source':{'ip':'10.1.0.1','port':40000,'packets':3},"
	"'destination':{'ip':'192.0.2.1','port':80},'tenure':{'source':{'status':'unknown',"
	"'reason':'gap'},'destination':{'status':'unknown','reason':'gap'},'rules':2,"
	"'revision':1,'kube':{'partition':0,'position':1,'known':'2026-11-23T08:01:00Z'},"
	"'flow':{'topic':'f','partition':0,'offset':7}}}\n"
	"this is not JSON\n";

static char parent[] = "/tmp/tenure-enricher-alloc-XXXXXX";
static char kube[64], flows[64], tagged[64], rejected[64], state_folder[64];
static char wanted[OUTPUT_MAX];
static int64_t revise_ns;

static void put(const char *path, const char *bytes)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_not_equal(fputs(bytes, file), EOF);
	assert_int_equal(fclose(file), 0);
}

/* Appends the contents of PATH to OUTPUT. */
static void get(const char *path, char *output)
{
	size_t length = strlen(output);
	FILE *file = fopen(path, "r");

	if (file == NULL)
		return;
	length += fread(output + length, 1, OUTPUT_MAX - 1 - length, file);
	output[length] = '\0';
	assert_int_equal(fclose(file), 0);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

/* One run from its options to the end of the flows. */
static int enrich(void)
{
	struct timeline_settings timeline = TIMELINE_SETTINGS_DEFAULT;
	struct settings_list addresses = {.values = {kube}, .count = 1};
	struct kube_topic_options topic = {.addresses = &addresses, .has_outputs = true};
	struct exchange_settings settings = {
		.flows = {{flows}, 1},
		.outputs = {[EXCHANGE_TAGGED] = tagged, [EXCHANGE_REJECTED] = rejected},
		.run = {.timeline = &timeline,
			.since = WHEN_MIN,
			.until = WHEN_MAX,
			.revise_ns = revise_ns},
	};
	struct alignment a = {
		.options = &settings.run,
		.wake_fd = -1,
		.policy = {.max_hold_ns = NS_PER_SECOND, .known = WHEN_MIN, .moved = WHEN_MIN},
	};
	enum alignment_turn turn = ALIGNMENT_GO_ON;
	int rc = -1, exit_code;

	timeline.state = state_folder;
	a.timeline = timeline_open(NULL, &timeline.options);
	if (a.timeline == NULL)
		goto out;
	tagger_init(&a.tagger, a.timeline, flows);
	a.kube_topic = kube_topic_open(a.timeline, &topic, &exit_code);
	if (a.kube_topic == NULL || kube_topic_catch_up(a.kube_topic) < 0)
		goto out;
	a.exchange = exchange_open(&settings, &exit_code);
	if (a.exchange == NULL)
		goto out;
	while (turn == ALIGNMENT_GO_ON)
		turn = alignment_turn(&a, (struct when){INT64_C(1795421000) * NS_PER_SECOND});
	if (turn == ALIGNMENT_ENDED && exchange_commit(a.exchange) == EXCHANGE_DONE)
		rc = 0;
out:
	exchange_close(a.exchange);
	kube_topic_close(a.kube_topic);
	alignment_clear(&a);
	timeline_close(a.timeline);
	return rc;
}

static int enrich_from_scratch(void)
{
	char output[OUTPUT_MAX] = "";
	int rc;

	unlink(tagged);
	unlink(rejected);
	nftw(state_folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	assert_int_equal(mkdir(state_folder, 0700), 0);
	rc = enrich();
	failing_alloc_stop();
	if (rc < 0)
		assert_int_equal(enrich(), 0);
	get(tagged, output);
	get(rejected, output);
	if (wanted[0] == '\0')
		memcpy(wanted, output, sizeof(wanted));
	assert_string_equal(output, wanted);
	return rc;
}

static void each_flow_has_its_outcome_once(void **state)
{
	(void)state;
	failing_alloc_each(enrich_from_scratch, true);
	assert_non_null(strstr(wanted, quoted("'name':'a'")));
}

static void each_answer_is_corrected_once(void **state)
{
	(void)state;
	put(flows, quoted(tagged_records));
	wanted[0] = '\0';
	revise_ns = 20 * NS_PER_SECOND;
	failing_alloc_each(enrich_from_scratch, true);
	assert_non_null(strstr(wanted, quoted("'revision':2")));
	assert_non_null(strstr(wanted, quoted("'name':'a'")));
}

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(parent) == NULL)
		return -1;
	snprintf(kube, sizeof(kube), "%s/kube", parent);
	snprintf(flows, sizeof(flows), "%s/flows", parent);
	snprintf(tagged, sizeof(tagged), "%s/tagged", parent);
	snprintf(rejected, sizeof(rejected), "%s/rejected", parent);
	snprintf(state_folder, sizeof(state_folder), "%s/state", parent);
	put(kube, quoted(kube_records));
	put(flows, quoted(flow_records));
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	return nftw(parent, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_flow_has_its_outcome_once),
		cmocka_unit_test(each_answer_is_corrected_once),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
