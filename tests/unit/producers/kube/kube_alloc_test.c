/* A kubeconfig is read completely or not at all, and an incomplete list has no SYNC_END. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "producers/kube/access.h"
#include "producers/kube/exec_plugin.h"
#include "producers/kube/kubeconfig.h"
#include "producers/kube/watch.h"
#include "producers/kube/watch_records.h"
#include "tests/unit/failing_alloc.h"
#include "tests/unit/quoted.h"

#define RECORD_MAX 65536
#define OBJECT(revision) "{'metadata':{'uid':'u','name':'n','resourceVersion':'" revision "'}}"

static char path[] = "/tmp/tenure-kube-alloc-XXXXXX";
static struct text record; /* allocated before the test */

static const char config[] =
	"current-context: x\n"
	"clusters: [{name: c, cluster: {server: 'https://host:6443/', proxy-url: 'socks5://p',"
	" tls-server-name: t, certificate-authority-data: SGVsbG8=}}]\n"
	"users: [{name: u, user: {token: secret, client-certificate-data: SGVsbG8=,"
	" client-key-data: SGVsbG8=, as: jane, as-groups: [g], as-user-extra: {k: [v]}}},"
	" {name: p, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plug,"
	" interactiveMode: Never, provideClusterInfo: true, args: [a], installHint: none,"
	" env: [{name: V, value: w}]}}}]\n"
	"contexts: [{name: x, context: {cluster: c, user: u}},"
	" {name: y, context: {cluster: c, user: p}}]\n";

static int read_config(void)
{
	struct access access = {0};
	enum kubeconfig_outcome outcome = kubeconfig_read(path, false, NULL, &access);

	if (outcome == KUBECONFIG_READ) {
		assert_string_equal(access.server, "https://host:6443");
		assert_string_equal(access.token.data, "secret");
		assert_int_equal(access.headers.count, 3);
		assert_string_equal(access.proxy, "socks5h://p");
		assert_string_equal(access.tls_server_name, "t");
		assert_string_equal(access.authority.data, "Hello");
		assert_string_equal(access.certificate.data, "Hello");
		assert_string_equal(access.key.data, "Hello");
	}
	access_clear(&access);
	return outcome == KUBECONFIG_READ ? 0 : -1;
}

/* The files are given twice: the second one changes nothing. */
static int read_plugin(void)
{
	struct access access = {0};
	enum kubeconfig_outcome outcome;
	char list[sizeof(path) * 2];

	snprintf(list, sizeof(list), "%s:%s", path, path);
	outcome = kubeconfig_read(list, true, "y", &access);
	if (outcome == KUBECONFIG_READ) {
		assert_non_null(access.plugin);
		assert_int_equal(access.plugin->arguments.count, 2);
	}
	access_clear(&access);
	return outcome == KUBECONFIG_READ ? 0 : -1;
}

/* What a plug-in printed. */
static int read_printed(void)
{
	static const char printed[] =
		"{\"kind\":\"ExecCredential\",\"apiVersion\":\"v\",\"status\":{\"token\":\"t\","
		"\"clientCertificateData\":\"c\",\"clientKeyData\":\"k\"}}";
	struct exec_credential credential = {.token = NULL};
	const char *problem = NULL;

	switch (exec_credential_read(printed, sizeof(printed) - 1, "v", &credential, &problem)) {
	case EXEC_CREDENTIAL_READ:
		assert_string_equal(credential.token, "t");
		assert_string_equal(credential.key, "k");
		exec_credential_clear(&credential);
		return 0;
	case EXEC_CREDENTIAL_BAD:
		fail_msg("the plug-in %s", problem);
		return -1;
	case EXEC_CREDENTIAL_NO_MEMORY:
		assert_null(credential.token);
		return -1;
	}
	return -1;
}

static const struct clocks *now(void)
{
	static const struct when moment = {INT64_C(1767225600) * NS_PER_SECOND};
	static struct clocks clocks;

	clocks = (struct clocks){moment, moment, moment};
	return &clocks;
}

/* Delivers the page that the watch asks for. False if the request itself ran out of memory. */
static bool bring_page(struct watch *watch)
{
	struct text asked;
	bool second, good;

	text_init(&asked, 4096);
	watch_ask(watch, now(), &asked);
	good = !asked.failed;
	second = good && strstr(text_terminate(&asked), "continue=next") != NULL;
	text_free(&asked);
	if (!good)
		return false;
	text_add_string(
		&watch->body,
		second ? quoted("{'metadata':{'resourceVersion':'10'},'items':[" OBJECT("7") "]}")
		       : quoted("{'metadata':{'resourceVersion':'10','continue':'next'},'items':"
				"[" OBJECT("5") "]}"));
	watch_answered(watch, 200, now());
	if (watch->body.failed)
		watch_ended(
			watch,
			&(struct watch_end){.status = 200, .failed = true, .message = "no memory"},
			now());
	return true;
}

static int list_two_pages(void)
{
	struct watch_stats stats = {0};
	struct watch watch;
	int rc = 0, items = 0;
	bool ended = false;

	watch_init(&watch, KUBE_PODS, "c", 1, &stats);
	while (rc == 0 && watch.state == WATCH_TO_LIST && watch.retry.failures == 0) {
		if (!bring_page(&watch))
			rc = -1;
		for (text_clear(&record); watch_records_next(&watch, now(), &record);
		     text_clear(&record)) {
			const char *bytes = text_terminate(&record);

			items += strstr(bytes, quoted("'type':'ADDED'")) != NULL;
			ended = ended || strstr(bytes, quoted("'type':'SYNC_END'")) != NULL;
		}
	}
	if (watch.retry.failures > 0)
		rc = -1;
	assert_true(ended == (rc == 0));
	if (ended)
		assert_int_equal(items, 2);
	watch_free(&watch);
	return rc;
}

static void a_kubeconfig_is_read_completely_or_not_at_all(void **state)
{
	(void)state;
	failing_alloc_each(read_config, true);
	failing_alloc_each(read_plugin, true);
}

static void a_credential_is_read_completely_or_not_at_all(void **state)
{
	(void)state;
	failing_alloc_each(read_printed, false);
}

static void a_list_ends_only_when_it_is_complete(void **state)
{
	(void)state;
	text_init(&record, RECORD_MAX);
	while (record.length < RECORD_MAX)
		text_add_string(&record, " ");
	failing_alloc_each(list_two_pages, false);
	text_free(&record);
}

static int write_config(void **state)
{
	int fd = mkstemp(path);
	ssize_t length = (ssize_t)strlen(quoted(config));

	(void)state;
	return fd >= 0 && write(fd, quoted(config), (size_t)length) == length ? close(fd) : -1;
}

static int remove_config(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kubeconfig_is_read_completely_or_not_at_all),
		cmocka_unit_test(a_credential_is_read_completely_or_not_at_all),
		cmocka_unit_test(a_list_ends_only_when_it_is_complete),
	};

	return cmocka_run_group_tests(tests, write_config, remove_config);
}
