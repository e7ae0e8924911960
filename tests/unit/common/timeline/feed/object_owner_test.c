/* The workload above a pod (docs/answers.md section 8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>

#include "tests/unit/common/timeline/feed/object_parsed.h"
#include "tests/unit/quoted.h"

static void the_controller_is_the_owner_that_says_so(void **state)
{
	struct kube_object tree =
		object_parsed(quoted("{'metadata':{'ownerReferences':[{'kind':'Node','name':'n1',"
				     "'controller':false},{'kind':'Job','name':'j','uid':'u',"
				     "'controller':true}]}}"));
	struct kube_object none =
		object_parsed(quoted("{'metadata':{'ownerReferences':[{'kind':'Node',"
				     "'name':'n1','controller':'true'}]}}"));
	struct span kind, name, uid;

	(void)state;
	object_controller(&tree, &kind, &name, &uid);
	assert_true(span_equal(kind, span_of("Job")) && span_equal(uid, span_of("u")));
	object_controller(&none, &kind, &name, &uid);
	assert_int_equal(kind.length + name.length + uid.length, 0);
	plain_free(&tree.plain);
	plain_free(&none.plain);
}

static void a_deployment_config_is_above_its_replication_controller(void **state)
{
	static const struct {
		const char *owner, *notes, *kind, *name;
	} cases[] = {
		{"ReplicationController",
		 "'annotations':{'openshift.io/deployment-config.name':'web',"
		 "'openshift.io/deployment.name':'web-3'}",
		 "DeploymentConfig", "web"},
		{"ReplicationController",
		 "'labels':{'deploymentconfig':'web','deployment':'web-3'}", "DeploymentConfig",
		 "web"},
		{"ReplicationController",
		 "'labels':{'deploymentconfig':'web','deployment':'web-2'}",
		 "ReplicationController", "web-3"},
		{"ReplicationController", "'labels':{'deployment':'web-3'}",
		 "ReplicationController", "web-3"},
		{"ReplicaSet", "'labels':{'deploymentconfig':'web','deployment':'web-3'}",
		 "ReplicaSet", "web-3"},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct pod_object pod;
		struct kube_object tree;
		char text[512];

		snprintf(text, sizeof(text),
			 "{'metadata':{'name':'web-3-x','namespace':'shop','uid':'u',%s,"
			 "'ownerReferences':[{'kind':'%s','name':'web-3','uid':'r',"
			 "'controller':true}]}}",
			 cases[c].notes, cases[c].owner);
		tree = object_parsed(quoted(text));
		assert_null(object_pod(&tree, WHEN_MAX, &pod));
		assert_true(span_equal(pod.names.owner_kind, span_of(cases[c].kind)));
		assert_true(span_equal(pod.names.owner_name, span_of(cases[c].name)));
		plain_free(&tree.plain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_controller_is_the_owner_that_says_so),
		cmocka_unit_test(a_deployment_config_is_above_its_replication_controller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
