#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "producers/kube/access.h"
#include "producers/kube/exec_plugin.h"
#include "tests/unit/producers/kube/config_folder.h"

#define V1 "apiVersion: client.authentication.k8s.io/v1"
#define V1BETA1 "apiVersion: client.authentication.k8s.io/v1beta1"

/* A kubeconfig whose user is USER_BODY. */
static const char *with_user(const char *user_body)
{
	static char text[4096];

	snprintf(text, sizeof(text), CURRENT CLUSTER CONTEXT "users: [{name: u, user: {%s}}]\n",
		 user_body);
	return text;
}

static void read_user(const char *user_body, struct access *access)
{
	*access = (struct access){0};
	if (config_folder_read(with_user(user_body), NULL, access) != KUBECONFIG_READ)
		fail_msg("%s: %s", user_body, config_folder_said());
}

static void a_token_file_beats_a_token(void **state)
{
	(void)state;
	struct access access;

	config_folder_put("token", "from-file\n");
	read_user("token: inline, tokenFile: token", &access);
	assert_string_equal(access.token.data, "from-file");
	access_clear(&access);
	read_user("token: inline, tokenFile: nowhere", &access);
	assert_string_equal(access.token.data, "inline");
	assert_string_equal(access.token.path, config_folder_path("nowhere"));
	access_clear(&access);
}

/* An empty or null member is the same as none. */
static void null_is_absent(void **state)
{
	(void)state;
	struct access access;

	read_user("token: null, exec: ~, username: '', as: null", &access);
	assert_null(access.token.data);
	assert_null(access.plugin);
	assert_int_equal(access.headers.count, 0);
	access_clear(&access);
}

static void impersonates(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"Impersonate-User: jane doe",
		"Impersonate-Uid: 42",
		"Impersonate-Group: a",
		"Impersonate-Group: system:b",
		"Impersonate-Extra-scopes: view",
		"Impersonate-Extra-acme.com%2Fproject%25: one",
		"Impersonate-Extra-acme.com%2Fproject%25: two",
	};
	struct access access;

	read_user("token: t, as: jane doe, as-uid: 42, as-groups: [a, 'system:b'],"
		  " as-user-extra: {scopes: [view], acme.com/project%: [one, two], none: []}",
		  &access);
	assert_int_equal(access.headers.count, sizeof(lines) / sizeof(lines[0]));
	for (size_t i = 0; i < access.headers.count; i++)
		assert_string_equal(access.headers.list[i], lines[i]);
	access_clear(&access);
}

static void refuses_by_name(void **state)
{
	(void)state;
	static const struct {
		const char *user;
		const char *says;
	} cases[] = {
		{"auth-provider: {name: gcp}", "auth-provider of users[u] is not supported"},
		{"username: jane, password: p", "username of users[u] is not supported"},
		{"password: p", "password of users[u] is not supported"},
		{"token: \"a\\nb\"", "the token of users[u] has control characters"},
		{"as-uid: 1", "users[u] has as-uid, as-groups or as-user-extra, but not as"},
		{"as-groups: [g]", "but not as"},
		{"as-user-extra: {k: [v]}", "but not as"},
		{"as: jane, as-groups: g", "must be lists"},
		{"as: jane, as-groups: ['']", "is empty, not a string or has control"},
		{"as: [jane]", "is empty, not a string or has control"},
		{"as: \"jane\\r\\nX: y\"", "is empty, not a string or has control"},
		{"as: jane, as-user-extra: [k]", "as-user-extra of users[u] must be a mapping"},
		{"as: jane, as-user-extra: {k: v}", "must be lists"},
		{"client-key-data: SGVsbG8=", "the key without the certificate"},
		{"client-certificate: nowhere.crt",
		 "nowhere.crt, the client-certificate of users[u]"},
		{"client-certificate-data: '*'",
		 "client-certificate-data of users[u] is not base64"},
		{"exec: {" V1 ", interactiveMode: Never}", "exec of users[u] has no command"},
		{"exec: {command: aws, interactiveMode: Never}", "must have the apiVersion"},
		{"exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: aws}",
		 "must have the apiVersion client.authentication.k8s.io/v1 or"},
		{"exec: {" V1 ", command: aws}", "has no interactiveMode"},
		{"exec: {" V1 ", command: aws, interactiveMode: Sometimes}",
		 "has an unknown interactiveMode"},
		{"exec: {" V1BETA1 ", command: aws, interactiveMode: Always}",
		 "exec of users[u] has the interactiveMode Always, but there is no terminal"},
		{"exec: {" V1BETA1 ", command: aws, env: [{value: v}]}",
		 "has an env without a name"},
		{"exec: {" V1BETA1 ", command: aws, args: [[a]]}", "has args that are not all"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		config_folder_refuses(with_user(cases[i].user), NULL, cases[i].says);
}

/* The value of NAME in the environment that the plug-in gets. */
static const char *variable(const struct exec_plugin *plugin, const char *name)
{
	const char *value = NULL;
	size_t length = strlen(name);

	for (char **word = plugin->environment.list; *word != NULL; word++) {
		if (strncmp(*word, name, length) != 0 || (*word)[length] != '=')
			continue;
		assert_null(value);
		value = *word + length + 1;
	}
	return value;
}

static void a_plugin_gets_what_the_kubeconfig_says(void **state)
{
	(void)state;
	struct access access;

	setenv("ONLY_OURS", "kept", 1);
	setenv("BOTH", "ours", 1);
	setenv("KUBERNETES_EXEC_INFO", "of another program", 1);
	read_user("exec: {" V1 ", command: aws, args: [eks, 'get token', 7, ''],"
		  " interactiveMode: IfAvailable, installHint: see the manual,"
		  " env: [{name: BOTH, value: theirs}, {name: EMPTY}, {name: NEW, value: a=b}]}",
		  &access);
	assert_non_null(access.plugin);
	assert_string_equal(access.plugin->command, "aws");
	assert_string_equal(access.plugin->install_hint, "see the manual");
	assert_non_null(strstr(access.plugin->owner, "users[u] in "));
	assert_int_equal(access.plugin->arguments.count, 5);
	assert_string_equal(access.plugin->arguments.list[0], "aws");
	assert_string_equal(access.plugin->arguments.list[2], "get token");
	assert_string_equal(access.plugin->arguments.list[3], "7");
	assert_string_equal(access.plugin->arguments.list[4], "");
	assert_null(access.plugin->arguments.list[5]);
	assert_string_equal(variable(access.plugin, "ONLY_OURS"), "kept");
	assert_string_equal(variable(access.plugin, "BOTH"), "theirs");
	assert_string_equal(variable(access.plugin, "EMPTY"), "");
	assert_string_equal(variable(access.plugin, "NEW"), "a=b");
	assert_string_equal(variable(access.plugin, "KUBERNETES_EXEC_INFO"),
			    "{\"kind\":\"ExecCredential\","
			    "\"apiVersion\":\"client.authentication.k8s.io/v1\","
			    "\"spec\":{\"interactive\":false}}");
	access_clear(&access);
	read_user("exec: {" V1BETA1 ", command: bin/../login}", &access);
	assert_string_equal(access.plugin->command, config_folder_path("bin/../login"));
	access_clear(&access);
	read_user("exec: {" V1BETA1 ", command: /bin/login}", &access);
	assert_string_equal(access.plugin->command, "/bin/login");
	access_clear(&access);
}

static void a_plugin_gets_the_cluster_if_it_wants_it(void **state)
{
	(void)state;
	struct access access = {0};

	assert_int_equal(
		config_folder_read(
			CURRENT CONTEXT
			"clusters: [{name: c, cluster: {server: 'https://h/', tls-server-name: t,"
			" proxy-url: 'socks5://p', disable-compression: true,"
			" certificate-authority-data: SGVsbG8=, extensions: ["
			"{name: other, extension: {a: 1}},"
			" {name: client.authentication.k8s.io/exec, extension: {audience: \"06\","
			" n: 06, i: -1.5e3, t: yes, f: false, z: ~, l: [a, \"b\\n\"]}}]}}]\n"
			"users: [{name: u, user: {exec: {" V1BETA1
			", command: x, provideClusterInfo: true}}}]\n",
			NULL, &access),
		KUBECONFIG_READ);
	assert_string_equal(
		variable(access.plugin, "KUBERNETES_EXEC_INFO"),
		"{\"kind\":\"ExecCredential\","
		"\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"spec\":{"
		"\"cluster\":{\"server\":\"https://h\",\"tls-server-name\":\"t\","
		"\"certificate-authority-data\":\"SGVsbG8=\",\"proxy-url\":\"socks5://p\","
		"\"disable-compression\":true,\"config\":{\"audience\":\"06\",\"n\":\"06\","
		"\"i\":-1.5e3,\"t\":true,\"f\":false,\"z\":null,\"l\":[\"a\",\"b\\n\"]}},"
		"\"interactive\":false}}");
	access_clear(&access);
	config_folder_refuses(CURRENT CONTEXT
			      "clusters: [{name: c, cluster: {server: 'https://h', extensions: ["
			      "{name: client.authentication.k8s.io/exec, extension: &a [*a]}]}}]\n"
			      "users: [{name: u, user: {exec: {" V1BETA1
			      ", command: x, provideClusterInfo: true}}}]\n",
			      NULL, "nested too deeply");
}

/* client-go's plugin/pkg/client/auth/exec/exec.go UpdateTransportConfig. */
static void other_credentials_beat_a_plugin(void **state)
{
	(void)state;
	struct access access;

	read_user("token: t, exec: {" V1BETA1 ", command: x}", &access);
	assert_null(access.plugin);
	access_clear(&access);
	read_user("client-certificate-data: SGVsbG8=, client-key-data: SGVsbG8=, exec: {" V1BETA1
		  ", command: x}",
		  &access);
	assert_null(access.plugin);
	access_clear(&access);
}

static void without_tls_no_credentials_are_sent(void **state)
{
	(void)state;
	struct access access = {0};

	assert_int_equal(config_folder_read(CURRENT CONTEXT
					    "clusters: [{name: c, cluster: {server: 'http://h'}}]\n"
					    "users: [{name: u, user: {token: t, as: jane,"
					    " client-key: nowhere}}]\n",
					    NULL, &access),
			 KUBECONFIG_READ);
	assert_null(access.token.data);
	assert_int_equal(access.headers.count, 1);
	access_clear(&access);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_file_beats_a_token),
		cmocka_unit_test(null_is_absent),
		cmocka_unit_test(impersonates),
		cmocka_unit_test(refuses_by_name),
		cmocka_unit_test(a_plugin_gets_what_the_kubeconfig_says),
		cmocka_unit_test(a_plugin_gets_the_cluster_if_it_wants_it),
		cmocka_unit_test(other_credentials_beat_a_plugin),
		cmocka_unit_test(without_tls_no_credentials_are_sent),
	};

	return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
