#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "producers/kube/exec_credential.h"
#include "tests/unit/quoted.h"

#define V1 "client.authentication.k8s.io/v1"
#define HEAD "'kind':'ExecCredential','apiVersion':'" V1 "'"

static void read_good(const char *text, struct exec_credential *credential)
{
	const char *problem = "";

	if (exec_credential_read(text, strlen(text), V1, credential, &problem) !=
	    EXEC_CREDENTIAL_READ)
		fail_msg("%s: %s", text, problem);
}

static void reads_a_token_and_its_end(void **state)
{
	(void)state;
	struct exec_credential credential;
	char text[WHEN_TEXT_SIZE];

	read_good(quoted("{" HEAD ",'spec':{},'status':{'token':'t','more':[1],"
			 "'expirationTimestamp':'2026-01-02T03:04:05+01:00'}}\n"),
		  &credential);
	assert_string_equal(credential.token, "t");
	assert_null(credential.certificate);
	assert_null(credential.key);
	when_format(credential.end, text);
	assert_string_equal(text, "2026-01-02T02:04:05Z");
	exec_credential_clear(&credential);
	assert_null(credential.token);
}

static void reads_a_certificate(void **state)
{
	(void)state;
	struct exec_credential credential;

	read_good(quoted("{" HEAD ",'status':{'token':'','expirationTimestamp':null,"
			 "'clientCertificateData':'c\\n','clientKeyData':'k'}}"),
		  &credential);
	assert_null(credential.token);
	assert_string_equal(credential.certificate, "c\n");
	assert_string_equal(credential.key, "k");
	assert_true(when_is_max(credential.end));
	exec_credential_clear(&credential);
}

static void an_end_may_be_farther_than_an_instant(void **state)
{
	(void)state;
	struct exec_credential credential;

	read_good(quoted("{" HEAD ",'status':{'token':'t',"
			 "'expirationTimestamp':'9999-12-31T23:59:59Z'}}"),
		  &credential);
	assert_true(when_is_max(credential.end));
	exec_credential_clear(&credential);
}

static void says_what_is_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{"", "cannot be read as JSON"},
		{"login first", "cannot be read as JSON"},
		{"{" HEAD ",'status':{'token':'t'}} bye", "cannot be read as JSON"},
		{"null", "cannot be read as JSON"},
		{"[]", "is not an ExecCredential"},
		{"{}", "is not an ExecCredential"},
		{"{'kind':'Pod'}", "is not an ExecCredential"},
		{"{'kind':'ExecCredential'}", "another apiVersion"},
		{"{'kind':'ExecCredential','apiVersion':'" V1 "beta1','status':{'token':'t'}}",
		 "another apiVersion"},
		{"{" HEAD "}", "no status"},
		{"{" HEAD ",'status':'token'}", "no status"},
		{"{" HEAD ",'status':{}}", "neither a token nor a certificate"},
		{"{" HEAD ",'status':{'token':7}}", "is not a string"},
		{"{" HEAD ",'status':{'token':'a\\u0000b'}}", "is not a string"},
		{"{" HEAD ",'status':{'token':'a\\r\\nX: y'}}", "a token with control characters"},
		{"{" HEAD ",'status':{'clientKeyData':'k'}}", "a key without its certificate"},
		{"{" HEAD ",'status':{'token':'t','clientCertificateData':'c'}}",
		 "a certificate without its key"},
		{"{" HEAD ",'status':{'token':'t','expirationTimestamp':'soon'}}",
		 "an expirationTimestamp that is not"},
		{"{" HEAD ",'status':{'token':'t','expirationTimestamp':7}}",
		 "an expirationTimestamp that is not"},
		{"{" HEAD ",'status':{'token':'t','expirationTimestamp':'9999-13-31T23:59:59Z'}}",
		 "an expirationTimestamp that is not"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = quoted(cases[i].text), *problem = "";
		struct exec_credential credential = {.end = WHEN_MIN};

		assert_int_equal(
			exec_credential_read(text, strlen(text), V1, &credential, &problem),
			EXEC_CREDENTIAL_BAD);
		if (strstr(problem, cases[i].says) == NULL)
			fail_msg("%s: said '%s', expected '%s'", text, problem, cases[i].says);
		assert_null(credential.token);
		assert_true(when_is_min(credential.end));
	}
}

static void knows_two_versions(void **state)
{
	(void)state;
	assert_true(exec_credential_is_version(V1));
	assert_true(exec_credential_is_version(V1 "beta1"));
	assert_false(exec_credential_is_version(V1 "alpha1"));
	assert_false(exec_credential_is_version(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_token_and_its_end),
		cmocka_unit_test(reads_a_certificate),
		cmocka_unit_test(an_end_may_be_farther_than_an_instant),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(knows_two_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
