#define _GNU_SOURCE /* pipe2 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "producers/kube/access.h"
#include "producers/kube/kubeconfig.h"

#define CLUSTER "clusters: [{name: c, cluster: {server: 'https://host:6443/'}}]\n"
#define USER "users: [{name: u, user: {token: secret}}]\n"
#define CONTEXT "contexts: [{name: x, context: {cluster: c, user: u}}]\n"
#define CURRENT "current-context: x\n"

static char folder[] = "/tmp/kube-config-test-XXXXXX";
static char path[128];

static int make_folder(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/config", mkdtemp(folder));
	return 0;
}

static int remove_folder(void **state)
{
	char other[160];

	(void)state;
	snprintf(other, sizeof(other), "%s/token", folder);
	unlink(other);
	unlink(path);
	return rmdir(folder);
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_int_not_equal(fputs(text, file), EOF);
	assert_int_equal(fclose(file), 0);
}

/* Returns what kubeconfig_read() does with TEXT; SAID receives what it logs. */
static int read_config(const char *text, const char *context, struct access *access, char *said,
		       size_t size)
{
	int saved = dup(STDERR_FILENO), pipe_ends[2], rc;
	ssize_t length;

	put(path, text);
	assert_int_equal(pipe2(pipe_ends, O_NONBLOCK), 0);
	dup2(pipe_ends[1], STDERR_FILENO);
	rc = kubeconfig_read(path, context, access);
	dup2(saved, STDERR_FILENO);
	length = read(pipe_ends[0], said, size - 1);
	said[length > 0 ? length : 0] = '\0';
	close(saved);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	return rc;
}

static void reads_the_current_context(void **state)
{
	(void)state;
	struct access access = {0};
	char said[2048];

	assert_int_equal(
		read_config(CURRENT CLUSTER USER CONTEXT, NULL, &access, said, sizeof(said)), 0);
	assert_string_equal(access.server, "https://host:6443");
	assert_string_equal(access.token, "secret");
	assert_string_equal(access.source, path);
	assert_null(access.authority.data);
	access_clear(&access);
	assert_int_equal(read_config(CLUSTER USER CONTEXT, "x", &access, said, sizeof(said)), 0);
	access_clear(&access);
}

static void data_beats_a_file_and_a_token_file_beats_a_token(void **state)
{
	(void)state;
	struct access access = {0};
	char said[2048], token[160];

	snprintf(token, sizeof(token), "%s/token", folder);
	put(token, "from-file\n");
	assert_int_equal(
		read_config(CURRENT CONTEXT
			    "clusters: [{name: c, cluster: {server: 'https://h',"
			    " proxy-url: 'socks5://p', tls-server-name: t,"
			    " certificate-authority: nowhere,"
			    " certificate-authority-data: SGVsbG8=}}]\n"
			    "users: [{name: u, user: {token: inline, tokenFile: token}}]\n",
			    NULL, &access, said, sizeof(said)),
		0);
	assert_string_equal(access.authority.data, "Hello");
	assert_string_equal(access.token, "from-file");
	assert_string_equal(access.proxy, "socks5://p");
	assert_string_equal(access.tls_server_name, "t");
	put(token, "rotated");
	access_refresh_token(&access);
	assert_string_equal(access.token, "rotated");
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
		{CURRENT USER CONTEXT "clusters: [{name: c, cluster: {}}]\n", NULL,
		 "clusters[c] has no server"},
		{CURRENT USER CONTEXT "clusters: [{name: c, cluster: {server: host}}]\n", NULL,
		 "must be https://HOST:PORT, not host"},
		{CURRENT USER CONTEXT "clusters: [{name: c, cluster: {server: 'https://'}}]\n",
		 NULL, "must be https://HOST:PORT"},
		{CURRENT CLUSTER CONTEXT "users: [{name: u, user: {exec: {command: aws}}}]\n", NULL,
		 "exec of users[u] is not supported yet"},
		{CURRENT CLUSTER CONTEXT "users: [{name: u, user: {client-key-data: SGVsbG8=}}]\n",
		 NULL, "the key without the certificate"},
		{CURRENT CLUSTER CONTEXT
		 "users: [{name: u, user: {client-certificate: nowhere.crt}}]\n",
		 NULL, "nowhere.crt, the client-certificate of users[u]"},
		{CURRENT CLUSTER CONTEXT
		 "users: [{name: u, user: {client-certificate-data: '*'}}]\n",
		 NULL, "client-certificate-data of users[u] is not base64"},
		{CURRENT USER CONTEXT "clusters: [{name: c, cluster: {server: 'https://h',"
				      " insecure-skip-tls-verify: true,"
				      " certificate-authority-data: SGVsbG8=}}]\n",
		 NULL, "keep one"},
	};
	char said[2048];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct access access = {0};

		assert_int_equal(
			read_config(cases[i].text, cases[i].context, &access, said, sizeof(said)),
			-1);
		if (!strstr(said, cases[i].says))
			fail_msg("said '%s', expected '%s'", said, cases[i].says);
		assert_non_null(strstr(said, folder));
		assert_null(access.server);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_current_context),
		cmocka_unit_test(data_beats_a_file_and_a_token_file_beats_a_token),
		cmocka_unit_test(names_the_member_at_fault),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
