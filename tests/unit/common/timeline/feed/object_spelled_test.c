/* What an object spells without having it as its own address (docs/answers.md section 6). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/common/timeline/feed/object_parsed.h"
#include "tests/unit/quoted.h"

/* What OBJECT spells, as a pod or a node. */
static const char *spelled(const char *object, bool is_pod, char *text, size_t size)
{
	struct kube_object tree = object_parsed(quoted(object));
	struct spelled found = {.count = 0};
	struct node_object node;
	struct pod_object pod;
	size_t length = 0;

	if (is_pod) {
		assert_null(object_pod(&tree, WHEN_MAX, &pod));
		assert_null(object_pod_spelled(&tree, &pod, &found));
	} else {
		assert_null(object_node(&tree, &node));
		assert_null(object_node_spelled(&tree, &node, &found));
		object_node_free(&node);
	}
	text[0] = '\0';
	for (size_t s = 0; s < found.count; s++) {
		char ip[IP_TEXT_SIZE];

		ip_format(&found.list[s].base, ip);
		length += (size_t)snprintf(text + length, size - length, "%s%s/%u",
					   s > 0 ? " " : "", ip, found.list[s].bits);
	}
	free(found.list);
	plain_free(&tree.plain);
	return text;
}

static void what_an_object_spells_without_having_it(void **state)
{
	static const struct {
		const char *object;
		bool is_pod;
		const char *spelled;
	} cases[] = {
		{"{'status':{'hostIP':'192.0.2.1','podIP':'10.1.0.1'}}", true, "192.0.2.1/128"},
		{"{'status':{'hostIPs':[{'ip':'192.0.2.1'},{'ip':'fd00::1'}]}}", true,
		 "192.0.2.1/128 fd00::1/128"},
		{"{'spec':{'hostNetwork':true},'status':{'podIPs':[{'ip':'192.0.2.1'}]}}", true,
		 "192.0.2.1/128"},
		{"{'metadata':{'annotations':{'a':'x 10.1.0.1/24, 172.16.0.0/12;fc00::/7 "
		 "2026-11-23T08:01:50Z 0a:58:0a:f4:00:05'}}}",
		 true, "10.1.0.1/128 172.16.0.0/108"},
		{"{'metadata':{'annotations':{'a':'10.1.0.1'}},'status':{'podIP':'10.1.0.1'}}",
		 true, ""},
		{"{'metadata':{'annotations':{'cni.projectcalico.org/podIP':'10.1.0.1/32'}}}", true,
		 "10.1.0.1/128"},
		{"{'metadata':{'annotations':{'kubectl.kubernetes.io/last-applied-configuration':"
		 "'192.0.2.7'}}}",
		 true, ""},
		{"{'metadata':{'annotations':{'a':'192.0.2.1 192.0.2.2','b':7}},"
		 "'status':{'addresses':[{'type':'InternalIP','address':'192.0.2.1'}]}}",
		 false, "192.0.2.2/128"},
	};
	char text[512];

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		assert_string_equal(spelled(cases[c].object, cases[c].is_pod, text, sizeof(text)),
				    cases[c].spelled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_an_object_spells_without_having_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
