#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "producers/kube/scope.h"
#include "producers/kube/watch.h"
#include "tests/unit/producers/kube/watch_steps.h"
#include "tests/unit/quoted.h"

static const struct scope two = {
	.namespaces = {{"shop", "db"}, 2},
	.pod_labels = "app=web",
	.pod_fields = "spec.nodeName=n",
};

static void the_options_are_checked(void **state)
{
	static const struct {
		struct scope scope;
		bool good;
	} cases[] = {
		{{.pod_labels = NULL}, true},
		{{.namespaces = {{"shop"}, 1}}, true},
		{{.namespaces = {{"Shop"}, 1}}, false},
		{{.namespaces = {{"shop/pods"}, 1}}, false},
		{{.namespaces = {{""}, 1}}, false},
		{{.pod_labels = "a=b"}, true},
		{{.pod_fields = ""}, false},
	};
	struct scope many = {.namespaces = {.count = KUBE_NAMESPACES_MAX + 1}};
	char long_selector[KUBE_SELECTOR_SIZE + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(scope_fault(&cases[i].scope) == NULL, cases[i].good);
	assert_non_null(scope_fault(&many));
	memset(long_selector, 'a', KUBE_SELECTOR_SIZE);
	long_selector[KUBE_SELECTOR_SIZE] = '\0';
	assert_non_null(scope_fault(&(struct scope){.pod_labels = long_selector}));
}

static void a_list_says_what_it_covers(void **state)
{
	static const struct {
		enum kube_resource resource;
		const char *scope;
	} cases[] = {
		{KUBE_PODS, "{'namespaces':['shop','db'],'podLabels':'app=web',"
			    "'podFields':'spec.nodeName=n'}"},
		{KUBE_SERVICES, "{'namespaces':['shop','db']}"},
		{KUBE_NODES, "{}"},
		{KUBE_SERVICECIDRS, "{}"},
	};
	struct text out;

	(void)state;
	text_init(&out, 4096);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_clear(&out);
		scope_add(&out, &two, cases[i].resource);
		assert_string_equal(text_terminate(&out), quoted(cases[i].scope));
	}
	text_clear(&out);
	scope_add(&out, &(struct scope){.pod_fields = "a=b"}, KUBE_PODS);
	assert_string_equal(text_terminate(&out), quoted("{'podFields':'a=b'}"));
	text_clear(&out);
	scope_add(&out, NULL, KUBE_PODS);
	assert_string_equal(text_terminate(&out), "{}");
	text_free(&out);
}

/* True when SCOPE covers an object of RESOURCE in namespace shop. */
static bool covers(const struct scope *scope, enum kube_resource resource)
{
	struct value object;
	const char *text = quoted("{'metadata':{'namespace':'shop'}}");

	assert_true(value_parse(text, strlen(text), &object));
	return scope_has(scope, resource, object);
}

static void other_namespaces_are_not_covered(void **state)
{
	const struct scope other = {.namespaces = {{"shops", "db"}, 2}};

	(void)state;
	assert_true(covers(NULL, KUBE_PODS));
	assert_true(covers(&two, KUBE_PODS));
	assert_false(covers(&other, KUBE_PODS));
	assert_true(covers(&other, KUBE_NODES));
	assert_null(scope_namespace(&two, KUBE_PODS));
	assert_string_equal(scope_namespace(&(struct scope){.namespaces = {{"db"}, 1}}, KUBE_PODS),
			    "db");
}

static void a_topic_of_another_scope_is_noticed(void **state)
{
	struct kube_scope written = {
		.namespaces = {"shop", "db"},
		.namespace_count = 2,
		.pod_labels = "app=web",
		.pod_fields = "spec.nodeName=n",
	};

	(void)state;
	assert_true(scope_is(&two, &written));
	assert_false(scope_is(&(struct scope){.pod_labels = NULL}, &written));
	written.pod_labels[0] = 'b';
	assert_false(scope_is(&two, &written));
	written.pod_labels[0] = 'a';
	written.namespaces[1][0] = 'a';
	assert_false(scope_is(&two, &written));
	assert_true(scope_is(&(struct scope){.pod_labels = NULL}, &(struct kube_scope){0}));
}

#define OF(namespace, revision)                                                                    \
	"{'metadata':{'uid':'u','name':'n','namespace':'" namespace "',"                           \
								    "'resourceVersion':'" revision \
								    "'}}"

/* But its revision counts. */
static void what_is_not_covered_is_not_written(void **state)
{
	struct watch watch;

	(void)state;
	steps_begin(&watch, KUBE_PODS);
	watch.scope = &two;
	steps_ask(&watch, "/api/v1/pods?limit=500&labelSelector=app%3Dweb", 0);
	steps_answer_list(&watch,
			  quoted("{'metadata':{'resourceVersion':'10'},'items':[" OF(
				  "web", "4") "," OF("db", "5") "," OF("web", "6") "]}"),
			  0);
	assert_string_equal(steps_next(&watch, steps_now(0)), "SYNC_BEGIN 10");
	assert_string_equal(steps_next(&watch, steps_now(0)), "ADDED 5");
	assert_string_equal(steps_next(&watch, steps_now(0)), "SYNC_END 10");
	steps_ask(&watch, "/api/v1/pods?watch=1", 0);
	watch_answered(&watch, 200, steps_now(0));
	steps_bring(&watch, quoted("{'type':'ADDED','object':" OF("web", "11") "}\n"));
	assert_string_equal(steps_next(&watch, steps_now(0)), "");
	assert_int_equal(watch.delivered, 11);
	steps_bring(&watch, quoted("{'type':'ADDED','object':" OF("shop", "12") "}\n"));
	assert_string_equal(steps_next(&watch, steps_now(0)), "ADDED 12");
	watch_free(&watch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_options_are_checked),
		cmocka_unit_test(a_list_says_what_it_covers),
		cmocka_unit_test(other_namespaces_are_not_covered),
		cmocka_unit_test(a_topic_of_another_scope_is_noticed),
		cmocka_unit_test(what_is_not_covered_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
