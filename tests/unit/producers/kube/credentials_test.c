/* Credentials over hours, on a clock that the tests set. The plug-ins are shell scripts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "producers/kube/credentials.h"
#include "producers/kube/exec_plugin.h"
#include "tests/unit/producers/kube/certificates.h"
#include "tests/unit/producers/kube/config_folder.h"

#define V1 "client.authentication.k8s.io/v1"
#define SECONDS(n) ((n)*NS_PER_SECOND)

static struct clocks now;

static int read_clocks(void **state)
{
	(void)state;
	clocks_init(&now, WHEN_MIN);
	return 0;
}

static void pass(int64_t ns)
{
	now.tick = when_add(now.tick, ns);
	now.wall = when_add(now.wall, ns);
}

/* Reads a kubeconfig whose user is USER_BODY, and starts with it. */
static int start(struct credentials *credentials, struct access *access, const char *user_body)
{
	char text[4096];
	int rc;

	*access = (struct access){0};
	snprintf(text, sizeof(text), CURRENT CLUSTER CONTEXT "users: [{name: u, user: {%s}}]\n",
		 user_body);
	if (config_folder_read(text, NULL, access) != KUBECONFIG_READ)
		fail_msg("%s", config_folder_said());
	rc = credentials_start(credentials, access);
	clocks_read(&now);
	return rc;
}

/* Starts with a plug-in that adds a line to the file "runs" and prints the file "printed". */
static int start_plugin(struct credentials *credentials, struct access *access)
{
	char user[1024];

	config_folder_put("runs", "");
	snprintf(user, sizeof(user),
		 "exec: {apiVersion: " V1 ", interactiveMode: Never, command: sh,"
		 " args: [-c, 'cd \"$0\" && echo run >>runs && cat printed', '%s']}",
		 config_folder_path(""));
	return start(credentials, access, user);
}

/* Lets the plug-in print TOKEN, with an end in SECONDS from now, or none. */
static void print_token(const char *token, int64_t seconds)
{
	char text[512], end[WHEN_TEXT_SIZE + 64] = "";
	size_t length;

	if (seconds != 0) {
		length = (size_t)snprintf(end, sizeof(end), ",\"expirationTimestamp\":\"");
		length += when_format(when_add(now.wall, SECONDS(seconds)), end + length);
		snprintf(end + length, sizeof(end) - length, "\"");
	}
	snprintf(text, sizeof(text),
		 "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1
		 "\",\"status\":{\"token\":\"%s\"%s}}",
		 token, end);
	config_folder_put("printed", text);
}

/* How often the plug-in has run. */
static int runs(void)
{
	FILE *file = fopen(config_folder_path("runs"), "r");
	int count = 0;

	assert_non_null(file);
	for (int c; (c = getc(file)) != EOF;)
		count += c == '\n';
	fclose(file);
	return count;
}

/* One turn, and those until the plug-in has ended, all at the same instant. */
static void turn(struct credentials *credentials)
{
	do
		credentials_tend(credentials, &now);
	while (credentials->access->plugin != NULL && credentials->access->plugin->pid > 0);
}

static void files_are_read_again_each_minute_and_after_a_refusal(void **state)
{
	(void)state;
	struct credentials credentials;
	struct access access;

	config_folder_put("token", "one");
	assert_int_equal(start(&credentials, &access, "tokenFile: token"), 0);
	config_folder_put("token", "two\n");
	pass(SECONDS(59));
	turn(&credentials);
	assert_string_equal(access.token.data, "one");
	pass(SECONDS(1));
	turn(&credentials);
	assert_string_equal(access.token.data, "two");
	config_folder_put("token", "three");
	access.refused = true;
	pass(SECONDS(1));
	turn(&credentials);
	assert_string_equal(access.token.data, "three");
	assert_false(access.refused);
	/* What cannot be used changes nothing. */
	config_folder_put("token", "\n");
	pass(SECONDS(60));
	turn(&credentials);
	assert_string_equal(access.token.data, "three");
	assert_true(credentials_usable(&credentials, &now));
	access_clear(&access);
}

static void a_certificate_and_its_key_are_taken_together(void **state)
{
	(void)state;
	struct credentials credentials;
	struct access access;

	config_folder_put("crt", CERTIFICATE_GOOD);
	config_folder_put("key", KEY);
	assert_int_equal(start(&credentials, &access, "client-certificate: crt, client-key: key"),
			 0);
	config_folder_put("crt", CERTIFICATE_OTHER);
	pass(SECONDS(60));
	turn(&credentials);
	assert_string_equal(access.certificate.data, CERTIFICATE_GOOD);
	config_folder_put("key", KEY_OTHER);
	pass(SECONDS(60));
	turn(&credentials);
	assert_string_equal(access.certificate.data, CERTIFICATE_OTHER);
	assert_string_equal(access.key.data, KEY_OTHER);
	assert_int_equal(access.certificate.length, strlen(CERTIFICATE_OTHER));
	/* One file with both is as good. */
	config_folder_put("crt", CERTIFICATE_GOOD KEY);
	config_folder_put("key", CERTIFICATE_GOOD KEY);
	pass(SECONDS(60));
	turn(&credentials);
	assert_string_equal(access.key.data, CERTIFICATE_GOOD KEY);
	access_clear(&access);
}

static void an_expired_certificate_is_named_and_a_new_one_taken(void **state)
{
	(void)state;
	struct credentials credentials;
	struct access access;

	config_folder_put("crt", CERTIFICATE_EXPIRED);
	config_folder_put("key", KEY);
	assert_int_equal(start(&credentials, &access, "client-certificate: crt, client-key: key"),
			 -1);
	access_clear(&access);
	assert_int_equal(
		start(&credentials, &access, "token: t, client-certificate: crt, client-key: key"),
		0);
	assert_true(credentials.end_logged);
	config_folder_put("crt", CERTIFICATE_GOOD);
	pass(SECONDS(60));
	turn(&credentials);
	assert_string_equal(access.certificate.data, CERTIFICATE_GOOD);
	assert_false(credentials.end_logged);
	now.wall = when_add(credentials.certificate_end, 1);
	turn(&credentials);
	assert_true(credentials.end_logged);
	access_clear(&access);
}

static void a_pair_that_does_not_match_is_refused_at_the_start(void **state)
{
	(void)state;
	struct credentials credentials;
	struct access access;

	assert_int_equal(start(&credentials, &access,
			       "client-certificate-data: SGVsbG8=, client-key-data: SGVsbG8="),
			 -1);
	access_clear(&access);
	config_folder_put("crt", CERTIFICATE_GOOD);
	config_folder_put("key", KEY_OTHER);
	assert_int_equal(start(&credentials, &access, "client-certificate: crt, client-key: key"),
			 -1);
	access_clear(&access);
}

static void an_authority_is_read_again(void **state)
{
	(void)state;
	struct credentials credentials;
	struct access access;

	assert_int_equal(start(&credentials, &access, "token: t"), 0);
	access.authority.path = strdup(config_folder_path("ca"));
	config_folder_put("ca", CERTIFICATE_GOOD);
	pass(SECONDS(60));
	turn(&credentials);
	assert_string_equal(access.authority.data, CERTIFICATE_GOOD);
	config_folder_put("ca", "half a fi");
	pass(SECONDS(60));
	turn(&credentials);
	assert_string_equal(access.authority.data, CERTIFICATE_GOOD);
	config_folder_put("ca", CERTIFICATE_OTHER);
	pass(SECONDS(60));
	turn(&credentials);
	assert_string_equal(access.authority.data, CERTIFICATE_OTHER);
	access_clear(&access);
}

static void a_plugin_runs_again_before_its_credentials_end(void **state)
{
	(void)state;
	struct credentials credentials;
	struct access access;

	print_token("one", 100);
	assert_int_equal(start_plugin(&credentials, &access), 0);
	assert_string_equal(access.token.data, "one");
	print_token("two", 900);
	pass(SECONDS(60));
	turn(&credentials);
	assert_int_equal(runs(), 1);
	pass(SECONDS(10));
	credentials_tend(&credentials, &now);
	assert_true(access.plugin->pid > 0);
	/* While it runs the old ones serve. */
	assert_true(credentials_usable(&credentials, &now));
	assert_string_equal(access.token.data, "one");
	turn(&credentials);
	assert_string_equal(access.token.data, "two");
	assert_int_equal(runs(), 2);
	access_clear(&access);
}

static void a_plugin_runs_again_after_a_refusal(void **state)
{
	(void)state;
	struct credentials credentials;
	struct access access;

	print_token("one", 0);
	assert_int_equal(start_plugin(&credentials, &access), 0);
	print_token("two", 0);
	pass(SECONDS(3600));
	turn(&credentials);
	assert_int_equal(runs(), 1);
	access.refused = true;
	turn(&credentials);
	assert_string_equal(access.token.data, "two");
	/* Other requests were under way with the old token. */
	access.refused = true;
	pass(SECONDS(4));
	turn(&credentials);
	assert_int_equal(runs(), 2);
	pass(SECONDS(1));
	turn(&credentials);
	assert_int_equal(runs(), 2);
	access_clear(&access);
}

static void nothing_is_asked_for_without_credentials(void **state)
{
	(void)state;
	struct credentials credentials;
	struct access access;
	int64_t waits[] = {5, 10, 20, 40, 80, 80};
	int before;

	print_token("one", 100);
	assert_int_equal(start_plugin(&credentials, &access), 0);
	config_folder_put("printed", "no network");
	pass(SECONDS(80));
	turn(&credentials);
	assert_int_equal(runs(), 2);
	assert_true(credentials_usable(&credentials, &now));
	pass(SECONDS(20));
	assert_false(credentials_usable(&credentials, &now));
	pass(SECONDS(3600));
	turn(&credentials);
	before = runs();
	for (size_t i = 1; i < sizeof(waits) / sizeof(waits[0]); i++) {
		pass(SECONDS(waits[i]) - 1);
		turn(&credentials);
		assert_int_equal(runs(), before);
		pass(1);
		turn(&credentials);
		assert_int_equal(runs(), ++before);
	}
	print_token("two", 900);
	pass(SECONDS(80));
	turn(&credentials);
	assert_string_equal(access.token.data, "two");
	access_clear(&access);
}

static void the_start_fails_without_credentials(void **state)
{
	(void)state;
	struct credentials credentials;
	struct access access;

	print_token("t", -1);
	assert_int_equal(start_plugin(&credentials, &access), -1);
	access_clear(&access);
	config_folder_put("printed", "");
	assert_int_equal(start_plugin(&credentials, &access), -1);
	access_clear(&access);
	config_folder_put("printed", "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1
				     "\",\"status\":{\"clientCertificateData\":\"c\","
				     "\"clientKeyData\":\"k\"}}");
	assert_int_equal(start_plugin(&credentials, &access), -1);
	assert_null(access.certificate.data);
	access_clear(&access);
	assert_int_equal(start(&credentials, &access,
			       "exec: {apiVersion: " V1 ", interactiveMode: Never,"
			       " command: ./missing}"),
			 -1);
	access_clear(&access);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(files_are_read_again_each_minute_and_after_a_refusal,
				       read_clocks),
		cmocka_unit_test_setup(a_certificate_and_its_key_are_taken_together, read_clocks),
		cmocka_unit_test_setup(an_expired_certificate_is_named_and_a_new_one_taken,
				       read_clocks),
		cmocka_unit_test_setup(a_pair_that_does_not_match_is_refused_at_the_start,
				       read_clocks),
		cmocka_unit_test_setup(an_authority_is_read_again, read_clocks),
		cmocka_unit_test_setup(a_plugin_runs_again_before_its_credentials_end, read_clocks),
		cmocka_unit_test_setup(a_plugin_runs_again_after_a_refusal, read_clocks),
		cmocka_unit_test_setup(nothing_is_asked_for_without_credentials, read_clocks),
		cmocka_unit_test_setup(the_start_fails_without_credentials, read_clocks),
	};

	return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
