#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "producers/kube/access.h"
#include "producers/kube/kubeconfig.h"
#include "tests/unit/producers/kube/config_folder.h"

static void reads_the_current_context(void **state)
{
	(void)state;
	struct access access = {0};

	assert_int_equal(config_folder_read(CURRENT CLUSTER USER CONTEXT, NULL, &access),
			 KUBECONFIG_READ);
	assert_string_equal(access.server, "https://host:6443");
	assert_string_equal(access.token.data, "secret");
	assert_string_equal(access.source, config_folder_path("config"));
	assert_null(access.authority.data);
	assert_false(access.uncompressed);
	access_clear(&access);
	assert_int_equal(config_folder_read(CLUSTER USER CONTEXT, "x", &access), KUBECONFIG_READ);
	access_clear(&access);
}

static void data_beats_a_file(void **state)
{
	(void)state;
	struct access access = {0};

	assert_int_equal(config_folder_read(CURRENT CONTEXT USER
					    "clusters: [{name: c, cluster: {server: 'https://h',"
					    " proxy-url: 'socks5://p', tls-server-name: t,"
					    " disable-compression: true,"
					    " certificate-authority: nowhere,"
					    " certificate-authority-data: SGVsbG8=}}]\n",
					    NULL, &access),
			 KUBECONFIG_READ);
	assert_string_equal(access.authority.data, "Hello");
	assert_null(access.authority.path);
	/* As Go does, let the proxy look names up. */
	assert_string_equal(access.proxy, "socks5h://p");
	assert_string_equal(access.tls_server_name, "t");
	assert_true(access.uncompressed);
	access_clear(&access);
}

static void names_the_member_at_fault(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *context;
		const char *says;
	} cases[] = {
		{"", NULL, "is empty"},
		{"a: [", NULL, "is not YAML"},
		{CLUSTER USER CONTEXT, NULL, "has no current-context; give --context NAME"},
		{CURRENT CLUSTER USER CONTEXT, "y",
		 "--context names \\\"y\\\", which is not among its contexts (x)"},
		{CURRENT USER CONTEXT, NULL,
		 "its context names \\\"c\\\", which is not among its clusters (there are none)"},
		{CURRENT CLUSTER CONTEXT, NULL,
		 "its context names \\\"u\\\", which is not among its users"},
		{CURRENT CLUSTER USER "contexts: [{name: x, context: {cluster: c}}]\n", NULL,
		 "contexts[x] names no user"},
		{CURRENT CLUSTER USER "contexts: {name: x, context: {cluster: c}}\n", NULL,
		 "which is not among its contexts (there are none)"},
		{CURRENT CONTEXT USER "clusters: [{name: c, cluster: {server: 'https://a'}},"
				      " {name: c, cluster: {server: 'https://b'}}]\n",
		 NULL, "clusters has the name \\\"c\\\" twice"},
		{CURRENT USER CONTEXT "clusters: [{name: c}]\n", NULL,
		 "clusters[c] has no cluster"},
		{CURRENT USER CONTEXT "clusters: [{name: c, cluster: {}}]\n", NULL,
		 "clusters[c] has no server"},
		{CURRENT USER CONTEXT "clusters: [{name: c, cluster: {server: host}}]\n", NULL,
		 "must be https://HOST:PORT, not host"},
		{CURRENT USER CONTEXT "clusters: [{name: c, cluster: {server: 'https://'}}]\n",
		 NULL, "must be https://HOST:PORT"},
		{CURRENT USER CONTEXT "clusters: [{name: c, cluster: {server: 'https://h',"
				      " proxy-url: 'ftp://p'}}]\n",
		 NULL, "proxy-url of clusters[c] must begin with"},
		{CURRENT USER CONTEXT "clusters: [{name: c, cluster: {server: 'https://h',"
				      " insecure-skip-tls-verify: true,"
				      " certificate-authority-data: SGVsbG8=}}]\n",
		 NULL, "keep one"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		config_folder_refuses(cases[i].text, cases[i].context, cases[i].says);
}

static void a_password_in_a_url_is_never_printed(void **state)
{
	(void)state;
	static const char *const servers[] = {"https://jane:pass@host:6443", "jane:pass@host",
					      "ftp://jane:pass@host"};
	char text[512];

	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		snprintf(text, sizeof(text),
			 CURRENT USER CONTEXT
			 "clusters: [{name: c, cluster: {server: '%s', proxy-url: 'http://p'}}]\n",
			 servers[i]);
		config_folder_refuses(text, NULL,
				      "server of clusters[c] has a user name or a password");
		assert_null(strstr(config_folder_said(), "pass@"));
		snprintf(
			text, sizeof(text),
			CURRENT USER CONTEXT
			"clusters: [{name: c, cluster: {server: 'https://h', proxy-url: 'x%s'}}]\n",
			servers[i]);
		config_folder_refuses(text, NULL, "proxy-url of clusters[c] must begin with");
		assert_null(strstr(config_folder_said(), "pass@"));
	}
}

/* The rules of client-go's tools/clientcmd/loader.go. */
static void merges_several_files(void **state)
{
	(void)state;
	struct access access = {0};
	char list[512];

	config_folder_put("one", "current-context: x\n" CONTEXT
				 "users: [{name: u, user: {tokenFile: token}}]\n");
	config_folder_put("two", "current-context: y\n" CLUSTER
				 "users: [{name: u, user: {token: other}}]\n"
				 "contexts: [{name: x, context: {cluster: z, user: z}},"
				 " {name: y, context: {cluster: c, user: u}}]\n");
	config_folder_put("token", "beside-the-first");
	snprintf(list, sizeof(list), ":%s:%s::%s:", config_folder_path("missing"),
		 config_folder_path("one"), config_folder_path("two"));
	assert_int_equal(config_folder_read_files(list, true, NULL, &access), KUBECONFIG_READ);
	assert_string_equal(access.server, "https://host:6443");
	assert_string_equal(access.token.data, "beside-the-first");
	assert_string_equal(access.token.path, config_folder_path("token"));
	assert_string_equal(access.source, list);
	access_clear(&access);
	/* An entry of the first file is taken whole, and its current-context wins. */
	snprintf(list, sizeof(list), "%s:%s", config_folder_path("two"), config_folder_path("one"));
	assert_int_equal(config_folder_read_files(list, true, NULL, &access), KUBECONFIG_READ);
	assert_string_equal(access.token.data, "other");
	assert_null(access.token.path);
	access_clear(&access);
	assert_int_equal(config_folder_read_files(list, true, "x", &access), KUBECONFIG_BAD);
	assert_non_null(
		strstr(config_folder_said(), "names \\\"z\\\", which is not among its clusters"));
}

static void a_file_that_cannot_be_read_is_not_skipped(void **state)
{
	(void)state;
	struct access access = {0};
	char list[512];

	config_folder_put("good", CURRENT CLUSTER USER CONTEXT);
	config_folder_put("bad", "a: [");
	config_folder_put("empty", "");
	snprintf(list, sizeof(list), "%s:%s", config_folder_path("good"),
		 config_folder_path("bad"));
	assert_int_equal(config_folder_read_files(list, true, NULL, &access), KUBECONFIG_BAD);
	assert_non_null(strstr(config_folder_said(), "/bad is not YAML"));
	snprintf(list, sizeof(list), "%s:%s/x", config_folder_path("good"),
		 config_folder_path("good"));
	assert_int_equal(config_folder_read_files(list, true, NULL, &access), KUBECONFIG_BAD);
	assert_non_null(strstr(config_folder_said(), "cannot read kubeconfig"));
	snprintf(list, sizeof(list), "%s:%s", config_folder_path("empty"),
		 config_folder_path("good"));
	assert_int_equal(config_folder_read_files(list, true, NULL, &access), KUBECONFIG_READ);
	access_clear(&access);
	/* One name with a colon in it is not a list. */
	assert_int_equal(config_folder_read_files(list, false, NULL, &access), KUBECONFIG_MISSING);
	assert_int_equal(config_folder_read_files(":", true, NULL, &access), KUBECONFIG_MISSING);
	assert_string_equal(config_folder_said(), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_current_context),
		cmocka_unit_test(data_beats_a_file),
		cmocka_unit_test(names_the_member_at_fault),
		cmocka_unit_test(a_password_in_a_url_is_never_printed),
		cmocka_unit_test(merges_several_files),
		cmocka_unit_test(a_file_that_cannot_be_read_is_not_skipped),
	};

	return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
