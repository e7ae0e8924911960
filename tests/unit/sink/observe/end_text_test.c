#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sink/observe/end_text.h"
#include "sink/observe/reason_words.h"
#include "tests/unit/quoted.h"

static struct tagged_flow_end end;

static void make(enum tagged_flow_kind kind, const char *ip, int32_t port, const char *namespace,
		 const char *name)
{
	memset(&end, 0, sizeof(end));
	assert_int_equal(ip_parse(ip, strlen(ip), &end.ip), 0);
	end.port = port;
	end.kind = kind;
	snprintf(end.namespace, sizeof(end.namespace), "%s", namespace);
	snprintf(end.pod, sizeof(end.pod), "%s", name);
	snprintf(end.node, sizeof(end.node), "%s", name);
	snprintf(end.services[0], sizeof(end.services[0]), "%s/%s", namespace, name);
	end.service_count = kind == TAGGED_FLOW_SERVICE ? 1 : 0;
}

static void assert_text(void (*add)(struct text *text, const struct tagged_flow_end *end),
			const char *wanted)
{
	struct text text;

	text_init(&text, 1000);
	add(&text, &end);
	assert_string_equal(text_terminate(&text), wanted);
	text_free(&text);
}

static void a_label_says_what_the_end_is(void **state)
{
	(void)state;
	make(TAGGED_FLOW_POD, "10.0.0.1", 8080, "shop", "cart-1");
	assert_text(end_text_add_label, "shop/cart-1:8080");
	make(TAGGED_FLOW_POD, "10.0.0.1", -1, "node", "n1");
	assert_text(end_text_add_label, "pod/node/n1");
	make(TAGGED_FLOW_NODE, "10.0.0.1", 443, "", "n1");
	assert_text(end_text_add_label, "node/n1:443");
	make(TAGGED_FLOW_SERVICE, "10.0.0.1", 80, "shop", "cart");
	assert_text(end_text_add_label, "service/shop/cart:80");
	make(TAGGED_FLOW_OUTSIDE, "2001:db8::1", 443, "", "");
	assert_text(end_text_add_label, "outside/[2001:db8::1]:443");
	make(TAGGED_FLOW_OUTSIDE, "2001:db8::1", -1, "", "");
	assert_text(end_text_add_label, "outside/2001:db8::1");
	make(TAGGED_FLOW_NO_KIND, "10.0.0.1", 53, "", "");
	end.status = TAGGED_FLOW_UNKNOWN;
	assert_text(end_text_add_label, "unknown/10.0.0.1:53");
	end.status = TAGGED_FLOW_AMBIGUOUS;
	assert_text(end_text_add_label, "ambiguous/10.0.0.1:53");
}

static void a_name_cannot_change_the_terminal(void **state)
{
	(void)state;
	make(TAGGED_FLOW_POD, "10.0.0.1", 1, "sh op", "\033[31m\xc3\xa9");
	assert_text(end_text_add_label, "sh?op/?[31m??:1");
}

static void services_come_before_the_workload(void **state)
{
	(void)state;
	make(TAGGED_FLOW_POD, "10.0.0.1", 1, "shop", "cart-1");
	assert_text(end_text_add_services, "");
	snprintf(end.workload_kind, sizeof(end.workload_kind), "deployment");
	snprintf(end.workload, sizeof(end.workload), "cart");
	assert_text(end_text_add_services, "deployment/cart");
	snprintf(end.services[1], sizeof(end.services[1]), "shop/canary");
	end.service_count = 2;
	assert_text(end_text_add_services, "shop/cart-1,shop/canary");
}

static void a_doubt_names_the_reason_and_who_it_may_be(void **state)
{
	const char *json = quoted(
		"{'candidates':[{'kind':'pod','k8s':{'namespace':{'name':'shop'},'pod':{'name':"
		"'a'}}},{'kind':'node','k8s':{'node':{'name':'n1'}}},{'kind':'service','service':{"
		"'name':'s','namespace':'shop'}},{'kind':'unrecorded','why':'gap'}]}");
	struct text text;

	(void)state;
	make(TAGGED_FLOW_NO_KIND, "10.0.0.1", 53, "", "");
	snprintf(end.reason, sizeof(end.reason), "gap");
	text_init(&text, 1000);
	end_text_add_doubt(&text, &end, value_of_valid(json, strlen(json)));
	assert_string_equal(text_terminate(&text),
			    "the watch had a gap (gap), maybe shop/a or node/n1 or service/shop/s "
			    "or somebody unrecorded");
	text_clear(&text);
	snprintf(end.reason, sizeof(end.reason), "newer");
	end_text_add_doubt(&text, &end, value_of_valid("{}", 2));
	assert_string_equal(text_terminate(&text), "newer");
	text_free(&text);
}

static void every_reason_has_words(void **state)
{
	static const char *const reasons[] = {
		"local_scope",     "gap",        "before_coverage", "lost",
		"unpublished_pod", "hand_over",  "between_holders", "before_first",
		"unread",          "never_seen", "two_holders"};

	(void)state;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		assert_string_not_equal(reason_words(reasons[i]), reasons[i]);
	assert_string_equal(reason_words("newer"), "newer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_label_says_what_the_end_is),
		cmocka_unit_test(a_name_cannot_change_the_terminal),
		cmocka_unit_test(services_come_before_the_workload),
		cmocka_unit_test(a_doubt_names_the_reason_and_who_it_may_be),
		cmocka_unit_test(every_reason_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
