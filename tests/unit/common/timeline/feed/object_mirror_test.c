/* The times of static pods, as their mirrors tell them (docs/answers.md section 3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/common/timeline/feed/object_parsed.h"
#include "tests/unit/quoted.h"

/* Of a static pod, a kubelet that started again at 08:01:00 says so. */
static void read_written_again(const char *mirror, const char *ready, struct pod_record *record)
{
	char text[1024];
	struct kube_object tree;
	struct pod_object pod;

	snprintf(text, sizeof(text),
		 "{'metadata':{'creationTimestamp':'2026-11-23T08:00:00Z','annotations':{'%s':'"
		 "hash'}},"
		 "'spec':{'nodeName':'n1'},'status':{'startTime':'2026-11-23T08:01:00Z','"
		 "conditions':[{"
		 "'type':'PodReadyToStartContainers','status':'True','lastTransitionTime':'%s'}],"
		 "'containerStatuses':[{'state':{'running':{'startedAt':'2026-11-23T08:00:10Z'}}}]}"
		 "}",
		 mirror, ready);
	tree = object_parsed(quoted(text));
	assert_null(object_pod(&tree, WHEN_MAX, &pod));
	assert_true(pod.accepted);
	*record = pod.record;
	plain_free(&tree.plain);
}

static void a_kubelet_that_starts_again_knows_no_times_of_static_pods(void **state)
{
	static const char mirror[] = "kubernetes.io/config.mirror";
	struct pod_record record;

	(void)state;
	read_written_again(mirror, "2026-11-23T08:01:00Z", &record);
	assert_true(when_is_min(record.start_time));
	assert_true(when_is_min(record.sandbox_changed));
	assert_int_equal(record.sandbox, POD_SANDBOX_TRUE);
	assert_int_equal(record.least_start.ns, record.first_running.ns);
	assert_int_equal(record.newest_running.ns, record.first_running.ns);

	read_written_again(mirror, "2026-11-23T08:01:01Z", &record);
	assert_true(when_is_min(record.start_time));
	assert_false(when_is_min(record.sandbox_changed));
	assert_int_equal(record.newest_running.ns, record.sandbox_changed.ns);

	read_written_again("other", "2026-11-23T08:01:00Z", &record);
	assert_false(when_is_min(record.start_time));
	assert_int_equal(record.sandbox_changed.ns, record.least_start.ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kubelet_that_starts_again_knows_no_times_of_static_pods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
