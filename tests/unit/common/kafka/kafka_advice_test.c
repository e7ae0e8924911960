/* What a broker's refusal means, in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/kafka/kafka_advice.h"

#define OLD 0x020002ff
#define NEW 0x020601ff

static const struct kafka_identity by_password = {.protocol = "sasl_ssl",
						  .mechanism = "PLAIN",
						  .user = "enrich",
						  .authority = "/ca.pem",
						  .library = OLD};
static const struct kafka_identity by_scram = {
	.protocol = "sasl_ssl", .mechanism = "SCRAM-SHA-256", .user = "enrich", .library = OLD};
static const struct kafka_identity by_new_scram = {
	.protocol = "sasl_ssl", .mechanism = "SCRAM-SHA-256", .user = "enrich", .library = NEW};
static const struct kafka_identity by_certificate = {
	.protocol = "ssl", .certificate = "/me.pem", .library = OLD};
static const struct kafka_identity by_tls = {.protocol = "ssl", .library = OLD};
static const struct kafka_identity by_ticket = {
	.protocol = "sasl_ssl", .mechanism = "GSSAPI", .library = OLD};
static const struct kafka_identity by_nothing = {.protocol = "plaintext", .library = OLD};
static const struct kafka_identity by_open_password = {
	.protocol = "sasl_plaintext", .mechanism = "PLAIN", .user = "enrich", .library = OLD};

static void a_missing_right_is_named_with_the_command(void **state)
{
	static const struct {
		rd_kafka_resp_err_t error;
		struct kafka_use use;
		const struct kafka_identity *identity;
		const char *wanted;
	} cases[] = {
		{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
		 {"Write", "tenure.flows.tagged", NULL, "a"},
		 &by_password,
		 "User:enrich has no right to Write topic tenure.flows.tagged; this gives it: "
		 "kafka-acls.sh --add --allow-principal User:enrich --operation Write --topic "
		 "tenure.flows.tagged"},
		{RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
		 {"Read", "tenure.flows", "tenure-enrich", NULL},
		 &by_certificate,
		 "\"User:SUBJECT of /me.pem\" has no right to Read group tenure-enrich; this gives "
		 "it: kafka-acls.sh --add --allow-principal \"User:SUBJECT of /me.pem\" "
		 "--operation Read --group tenure-enrich"},
		{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
		 {"Read", "tenure.flows", NULL, NULL},
		 &by_ticket,
		 "\"User:NAME of the login by GSSAPI\" has no right to Read topic tenure.flows; "
		 "this "
		 "gives it: kafka-acls.sh --add --allow-principal \"User:NAME of the login by "
		 "GSSAPI\" --operation Read --topic tenure.flows"},
		{RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
		 {"Write", "tenure.flows.tagged", NULL, "a"},
		 &by_nothing,
		 "User:ANONYMOUS has no right to Write transactional-id a; this gives it: "
		 "kafka-acls.sh --add --allow-principal User:ANONYMOUS --operation Write "
		 "--transactional-id a"},
		{RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
		 {"Write", "tenure.flows", NULL, NULL},
		 &by_tls,
		 "User:ANONYMOUS has no right to IdempotentWrite cluster; this gives it: "
		 "kafka-acls.sh --add --allow-principal User:ANONYMOUS --operation "
		 "IdempotentWrite --cluster"},
		{RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
		 {"Read", "tenure.flows", NULL, NULL},
		 &by_password,
		 "Broker: Group authorization failed"},
		{RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
		 {"Write", "tenure.flows", NULL, NULL},
		 &by_password,
		 "Broker: Message size too large"},
	};
	char text[KAFKA_ADVICE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(kafka_advice_on_error(cases[i].error, &cases[i].use,
							  cases[i].identity, text),
				    cases[i].wanted);
}

/* The reasons are those of librdkafka 2.0.2, with OpenSSL 3.0. */
static void a_connection_that_cannot_be_made_is_explained(void **state)
{
	static const char verify[] =
		"SSL handshake failed: error:0A000086:SSL routines::certificate "
		"verify failed: broker certificate could not be verified";
	static const char login[] = "SASL authentication error: Authentication failed: Invalid "
				    "username or password (after 303ms in state AUTH_REQ)";
	static const struct {
		const char *reason;
		int certificate;
		const struct kafka_identity *identity;
		const char *wanted, *unwanted;
	} cases[] = {
		{login, 0, &by_password, "does not accept the login of enrich by PLAIN", "2.6.1"},
		{login, 0, &by_scram, "only librdkafka 2.6.1 and later", NULL},
		{login, 0, &by_scram, "this is 2.0.2", NULL},
		{login, 0, &by_new_scram, "does not accept the login", "2.6.1"},
		{"SASL mechanism handshake failed: Broker: Unsupported SASL mechanism", 0,
		 &by_password, "does not offer sasl.mechanism PLAIN", NULL},
		{verify, 10, &by_password, "has expired", NULL},
		{verify, 9, &by_password, "not valid yet", NULL},
		{verify, 19, &by_password, "set ssl.ca.location, which is /ca.pem", NULL},
		{verify, 20, &by_tls, "set ssl.ca.location, which is not set", NULL},
		{verify, 62, &by_password, "of another name", NULL},
		{verify, 7, &by_password, "OpenSSL's code 7", NULL},
		{"Receive failed: error:0A000412:SSL routines::sslv3 alert bad certificate: SSL "
		 "alert number 42",
		 0, &by_tls, "wants a client certificate", NULL},
		{"Receive failed: error:0A000416:SSL routines::sslv3 alert certificate unknown: "
		 "SSL alert number 46",
		 0, &by_certificate, "does not accept the client certificate /me.pem", NULL},
		{"Disconnected while requesting ApiVersion: might be caused by incorrect "
		 "security.protocol configuration (connecting to a SSL listener?)",
		 0, &by_nothing, "set security.protocol=SSL,", NULL},
		{"Disconnected while requesting ApiVersion: might be caused by incorrect "
		 "security.protocol configuration (connecting to a SSL listener?)",
		 0, &by_open_password, "set security.protocol=SASL_SSL,", NULL},
		{"SSL handshake failed: error:0A000126:SSL routines::unexpected eof while reading",
		 0, &by_tls, "set security.protocol=PLAINTEXT", NULL},
		{"error:0A000126:SSL routines::unexpected eof while reading", 0, &by_password,
		 "set security.protocol=SASL_PLAINTEXT", NULL},
		{"Disconnected: verify that security.protocol is correctly configured, broker "
		 "might require SASL authentication",
		 0, &by_tls, "set security.protocol=SASL_SSL, sasl.mechanism", NULL},
	};
	char text[KAFKA_ADVICE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool told = kafka_advice_on_connection(cases[i].reason, cases[i].certificate,
						       cases[i].identity, text);

		if (!told || strstr(text, cases[i].wanted) == NULL)
			print_error("case %zu: %s\n", i, told ? text : "nothing");
		assert_true(told);
		assert_non_null(strstr(text, cases[i].wanted));
		if (cases[i].unwanted != NULL)
			assert_null(strstr(text, cases[i].unwanted));
	}
}

static void nothing_is_said_of_another_cause(void **state)
{
	static const char *const unknown[] = {
		"", "Connect to ipv4#127.0.0.1:1 failed: Connection refused",
		"SSL handshake failed: sslv3 alert handshake failure: SSL alert number 40"};
	char text[KAFKA_ADVICE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_false(kafka_advice_on_connection(unknown[i], 0, &by_tls, text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_missing_right_is_named_with_the_command),
		cmocka_unit_test(a_connection_that_cannot_be_made_is_explained),
		cmocka_unit_test(nothing_is_said_of_another_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
