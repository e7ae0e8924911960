#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/program/log.h"
#include "producers/kube/rights.h"

static void answered(struct watch watches[static KUBE_RESOURCES])
{
	for (int r = 0; r < KUBE_RESOURCES; r++)
		watches[r] = (struct watch){.state = WATCH_OPEN, .revision = 1};
}

static void names_every_rule_that_is_lacking(void **state)
{
	(void)state;
	const char *namespaces[] = {"shop"};
	const struct scope all = {0};
	struct scope shop = {0};
	struct watch watches[KUBE_RESOURCES];
	struct text text;

	shop.namespaces.values[0] = namespaces[0];
	shop.namespaces.count = 1;
	answered(watches);
	watches[KUBE_PODS].refused = watches[KUBE_REPLICASETS].refused = true;
	text_init(&text, 1000);
	rights_add(&text, watches, &all);
	assert_string_equal(
		text_terminate(&text),
		" {apiGroups: [\"\"], resources: [pods], verbs: [list, watch]}"
		" {apiGroups: [\"apps\"], resources: [replicasets], verbs: [list, watch]}");
	text_clear(&text);
	watches[KUBE_REPLICASETS].refused = false;
	rights_add(&text, watches, &shop);
	assert_string_equal(text_terminate(&text),
			    " {apiGroups: [\"\"], resources: [pods], verbs: [list, watch]}"
			    " in namespace shop");
	text_free(&text);
}

static void are_said_once_and_so_is_their_end(void **state)
{
	(void)state;
	const struct scope scope = {0};
	struct rights rights = {0};
	struct watch watches[KUBE_RESOURCES];

	answered(watches);
	watches[KUBE_NODES].state = WATCH_TO_LIST;
	watches[KUBE_NODES].revision = 0;
	watches[KUBE_PODS].refused = true;
	watches[KUBE_PODS].state = WATCH_TO_LIST;
	rights_log(&rights, watches, &scope);
	assert_int_equal(rights.lacking, 0); /* that of nodes may be lacking too */
	watches[KUBE_NODES].refused = true;
	rights_log(&rights, watches, &scope);
	assert_int_equal(rights.lacking, 1U << KUBE_PODS | 1U << KUBE_NODES);
	/* A request that breaks off says nothing about rights. */
	watches[KUBE_NODES].refused = false;
	rights_log(&rights, watches, &scope);
	assert_int_equal(rights.lacking, 1U << KUBE_PODS | 1U << KUBE_NODES);
	watches[KUBE_NODES].state = WATCH_OPEN;
	rights_log(&rights, watches, &scope);
	assert_int_equal(rights.lacking, 1U << KUBE_PODS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_every_rule_that_is_lacking),
		cmocka_unit_test(are_said_once_and_so_is_their_end),
	};

	log_init("test", LOG_LEVEL_ERROR, LOG_LOGFMT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
