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
	path_add_list(&path, KUBE_SERVICECIDRS, items, exact, &next);
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
	path_add_list(&path, KUBE_PODS, 7, 0, NULL);
	assert_string_equal(text_terminate(&path), "/api/v1/pods?limit=7");
	text_clear(&path);
	path_add_watch(&path, KUBE_PODS, UINT64_MAX, 300);
	assert_string_equal(text_terminate(&path),
			    "/api/v1/pods?watch=1&allowWatchBookmarks=true&timeoutSeconds=300"
			    "&resourceVersion=18446744073709551615");
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
		cmocka_unit_test(requests_only_the_metadata_of_owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
