#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "producers/kube/path.h"

static void check_list(unsigned items, uint64_t exact, const char *token, const char *expected)
{
	struct text path, next;

	text_init(&path, 4096);
	text_init(&next, 4096);
	text_add_string(&next, token);
	path_add_list(&path, KUBE_SERVICECIDRS, NULL, items, exact, &next);
	assert_string_equal(text_terminate(&path), expected);
	text_free(&next);
	text_free(&path);
}

static void asks_for_pages_and_revisions(void **state)
{
	(void)state;
#define CIDRS "/apis/networking.k8s.io/v1/servicecidrs?limit="
	check_list(500, 0, "", CIDRS "500");
	check_list(500, 12, "", CIDRS "500&resourceVersionMatch=Exact&resourceVersion=12");
	/* The token holds the revision. */
	check_list(1, 12, "aZ0-_.~+/=", CIDRS "1&continue=aZ0-_.~%2B%2F%3D");
}

static void asks_for_the_changes_after_a_revision(void **state)
{
	(void)state;
	struct text path;

	text_init(&path, 4096);
	path_add_list(&path, KUBE_PODS, NULL, 7, 0, NULL);
	assert_string_equal(text_terminate(&path), "/api/v1/pods?limit=7");
	text_clear(&path);
	path_add_watch(&path, KUBE_PODS, NULL, UINT64_MAX, 300);
	assert_string_equal(text_terminate(&path),
			    "/api/v1/pods?watch=1&allowWatchBookmarks=true&timeoutSeconds=300"
			    "&resourceVersion=18446744073709551615");
	text_free(&path);
}

static void requests_what_the_scope_covers(void **state)
{
	(void)state;
	const struct scope one = {.namespaces = {{"shop"}, 1}, .pod_labels = "app in (a,b)"};
	const struct scope two = {.namespaces = {{"shop", "db"}, 2},
				  .pod_fields = "spec.nodeName=n"};
	static const struct {
		enum kube_resource resource;
		const char *one, *two;
	} cases[] = {
		{KUBE_PODS,
		 "/api/v1/namespaces/shop/pods?limit=1&labelSelector=app%20in%20%28a%2Cb%29",
		 "/api/v1/pods?limit=1&fieldSelector=spec.nodeName%3Dn"},
		{KUBE_NODES, "/api/v1/nodes?limit=1", "/api/v1/nodes?limit=1"},
		{KUBE_JOBS, "/apis/batch/v1/namespaces/shop/jobs?limit=1",
		 "/apis/batch/v1/jobs?limit=1"},
	};
	struct text path;

	text_init(&path, 4096);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_clear(&path);
		path_add_reached(&path, cases[i].resource, &one, 0);
		assert_string_equal(text_terminate(&path), cases[i].one);
		text_clear(&path);
		path_add_reached(&path, cases[i].resource, &two, 0);
		assert_string_equal(text_terminate(&path), cases[i].two);
	}
	text_clear(&path);
	path_add_second(&path, KUBE_SERVICES, &one, 7);
	assert_string_equal(
		text_terminate(&path),
		"/api/v1/namespaces/shop/services?watch=1&timeoutSeconds=1&resourceVersion=7");
	text_free(&path);
}

static void requests_only_the_metadata_of_owners(void **state)
{
	(void)state;
	assert_string_equal(path_accept(KUBE_PODS, true), "application/json");
	assert_string_equal(path_accept(KUBE_JOBS, true),
			    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
	assert_string_equal(path_accept(KUBE_REPLICASETS, false),
			    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
	for (int r = 0; r < KUBE_RESOURCES; r++)
		assert_int_equal(path_optional((enum kube_resource)r), r == KUBE_SERVICECIDRS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_for_pages_and_revisions),
		cmocka_unit_test(asks_for_the_changes_after_a_revision),
		cmocka_unit_test(requests_what_the_scope_covers),
		cmocka_unit_test(requests_only_the_metadata_of_owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
