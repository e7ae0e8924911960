#include "producers/flows/l7/postgres.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/producers/flows/l7/talk.h"

#define POSTGRESQL(counts) "'l7':{'protocol':'postgresql','client':'source'," counts "},"

#define STARTUP "\0\0\0\x10\0\3\0\0user\0a\0\0"
#define SSL_REQUEST "\0\0\0\x08\x04\xd2\x16\x2f"
#define AUTHENTICATION "R\0\0\0\x08\0\0\0\0"
#define PARAMETER "S\0\0\0\x08z\0z\0"
#define NOTICE "N\0\0\0\x05\0"
#define READY "Z\0\0\0\5I"
#define QUERY "Q\0\0\0\x0dSELECT 1\0"
#define ROWS "T\0\0\0\6\0\0D\0\0\0\6\0\0"
#define COMPLETE "C\0\0\0\x09SELE\0"
#define ERROR "E\0\0\0\5\0"
#define PARSE "P\0\0\0\x08\0a\0\0"
#define BIND "B\0\0\0\x06\0\0"
#define EXECUTE "E\0\0\0\x09\0\0\0\0\0"
#define SYNC "S\0\0\0\4"

static void start(struct talk *talk)
{
	SAY(talk, CLIENT, STARTUP);
	SAY(talk, SERVER, AUTHENTICATION PARAMETER READY);
}

static void test_simple_queries(void **state)
{
	struct talk *talk = *state;

	start(talk); /* 2 ms */
	SAY(talk, CLIENT,
	    "Q\0\0\0\x0d"
	    "SELE");
	SAY(talk, CLIENT, "CT 1\0");
	SAY(talk, SERVER, NOTICE); /* 5 ms: it may belong to nothing */
	SAY(talk, SERVER, ROWS);
	SAY(talk, SERVER, COMPLETE READY); /* 7 ms */
	l7_take(talk->l7, talk->slot, CLIENT, false, &talk->taken);
	assert_int_equal(talk->taken.first_byte.sum, 2 * MS);
	assert_int_equal(talk->taken.last_byte.sum, 3 * MS);
	SAY(talk, CLIENT, QUERY);
	SAY(talk, SERVER, ERROR READY);
	SAY(talk, CLIENT, QUERY);
	talk_expect(talk, POSTGRESQL("'requests':2,'responses':1,'unanswered':1,"
				     "'status':{'error':1}"));
}

static void test_the_extended_protocol_may_pipeline(void **state)
{
	start(*state);
	SAY(*state, CLIENT, PARSE BIND EXECUTE SYNC BIND EXECUTE EXECUTE SYNC);
	SAY(*state, CLIENT, BIND EXECUTE SYNC "X\0\0\0\4");
	SAY(*state, SERVER,
	    "1\0\0\0\4"
	    "2\0\0\0\4" ROWS COMPLETE READY "2\0\0\0\4" ERROR READY);
	SAY(*state, SERVER, "2\0\0\0\4" COMPLETE READY);
	talk_expect(*state, POSTGRESQL("'requests':3,'responses':3,'status':{'ok':2,'error':1}"));
}

/* libpq sends a Sync with the statement, and another after the data. */
static void test_a_sync_while_data_is_copied_is_no_request(void **state)
{
	start(*state);
	SAY(*state, CLIENT, PARSE BIND EXECUTE SYNC);
	SAY(*state, SERVER,
	    "1\0\0\0\4"
	    "2\0\0\0\4"
	    "G\0\0\0\x07\0\0\0");
	SAY(*state, CLIENT,
	    "d\0\0\0\6ab"
	    "c\0\0\0\4" SYNC);
	SAY(*state, SERVER, COMPLETE READY);
	SAY(*state, CLIENT, QUERY);
	SAY(*state, SERVER, "G\0\0\0\x07\0\0\0");
	SAY(*state, CLIENT,
	    "d\0\0\0\6ab"
	    "f\0\0\0\5\0");
	SAY(*state, SERVER, ERROR READY);
	talk_expect(*state, POSTGRESQL("'requests':2,'responses':2,'status':{'ok':1,'error':1}"));
}

static void test_which_sync_was_ignored_is_not_known(void **state)
{
	start(*state);
	SAY(*state, CLIENT, PARSE BIND EXECUTE SYNC BIND EXECUTE SYNC);
	SAY(*state, SERVER,
	    "1\0\0\0\4"
	    "2\0\0\0\4"
	    "G\0\0\0\x07\0\0\0");
	talk_expect(*state, POSTGRESQL("'requests':2,'responses':0,'incomplete':true,"
				       "'uncertain':{'stopped':1}"));
}

static void test_a_fatal_error_answers_what_waits(void **state)
{
	start(*state);
	SAY(*state, CLIENT, QUERY);
	SAY(*state, SERVER, ERROR);
	talk_finish(*state, SERVER);
	talk_expect(*state, POSTGRESQL("'requests':1,'responses':1,'status':{'error':1}"));
}

static void test_a_login_is_no_request(void **state)
{
	SAY(*state, CLIENT, SSL_REQUEST);
	SAY(*state, SERVER, "N");
	SAY(*state, CLIENT, STARTUP);
	SAY(*state, SERVER, "R\0\0\0\x08\0\0\0\3");
	SAY(*state, CLIENT, "p\0\0\0\6a\0");
	SAY(*state, SERVER, ERROR);
	talk_finish(*state, SERVER);
	talk_expect(*state, "");
}

static void test_a_connection_may_become_one_of_tls(void **state)
{
	struct talk *talk = *state;
	static const char hello[47 + 4] = "\x16\3\1\0\x2e\1";

	SAY(talk, CLIENT, SSL_REQUEST);
	SAY(talk, SERVER, "S");
	talk_send(talk, CLIENT, hello, sizeof(hello));
	assert_int_equal(talk->payload, L7_HANDSHAKE);
	talk_expect(talk, "'l7':{'protocol':'tls'},");
}

static void test_a_connection_is_joined_at_whole_requests(void **state)
{
	((struct talk *)*state)->joined = true;
	SAY(*state, SERVER, COMPLETE READY); /* nothing shows what this is */
	SAY(*state, CLIENT, BIND EXECUTE SYNC);
	SAY(*state, SERVER, "2\0\0\0\4" COMPLETE READY);
	SAY(*state, CLIENT, QUERY);
	SAY(*state, SERVER, ROWS COMPLETE READY);
	talk_expect(*state, POSTGRESQL("'requests':2,'responses':2,'status':{'ok':2},"
				       "'incomplete':true,'uncertain':{'start':1}"));
}

static void test_rows_need_not_be_captured(void **state)
{
	static const char rows[] = "T\0\0\0\6\0\0D\0\0\0\x1e"
				   "01234567890123456789012345";
	struct talk *talk = *state;

	start(talk);
	SAY(talk, CLIENT, QUERY);
	talk_add(talk, SERVER, talk->next[SERVER], rows, sizeof(rows) - 1, 14, 0);
	talk->next[SERVER] += sizeof(rows) - 1;
	SAY(talk, SERVER, COMPLETE READY);
	talk_expect(talk, POSTGRESQL("'requests':1,'responses':1,'status':{'ok':1}"));
}

static void test_a_loss_ends_the_count(void **state)
{
	start(*state);
	SAY(*state, CLIENT, QUERY);
	talk_say_unseen(*state, SERVER, "lost");
	SAY(*state, CLIENT, QUERY);
	talk_expect(*state, POSTGRESQL("'requests':1,'responses':0,'incomplete':true,"
				       "'uncertain':{'gap':1,'stopped':1}"));
}

static void test_replication_ends_the_count(void **state)
{
	start(*state);
	SAY(*state, CLIENT, QUERY);
	SAY(*state, SERVER, "W\0\0\0\x07\0\0\0");
	SAY(*state, SERVER, "d\0\0\0\5w");
	talk_expect(*state, POSTGRESQL("'requests':1,'responses':1,'status':{'ok':1}"));
}

#define BEGINS(literal) postgres_begins((const uint8_t *)(literal), sizeof(literal) - 1, false)

static void test_what_looks_alike_is_not_read(void **state)
{
	(void)state;
	assert_true(BEGINS(STARTUP));
	assert_true(BEGINS(SSL_REQUEST));
	assert_true(BEGINS(QUERY));
	assert_true(BEGINS(PARSE BIND EXECUTE SYNC));
	assert_false(BEGINS(PARSE BIND EXECUTE)); /* nothing asks for an answer */
	assert_false(BEGINS(SYNC SYNC));
	assert_false(BEGINS("Q\0\0\0\x0dSELECT 1x"));
	assert_false(BEGINS("Q\0\0\0\x0dSELECT"));
	assert_false(BEGINS("\0\0\0\x10\0\3\0\0us1r\0a\0\0"));
	assert_false(BEGINS("\0\0\0\x10\0\2\0\0user\0a\0\0"));
	/* Metadata of Kafka, version 0. */
	assert_false(BEGINS("\0\0\0\x10\0\3\0\0\0\0\0\1\0\2ab\0\0"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, talk_set_up, talk_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_simple_queries),
		TEST(test_the_extended_protocol_may_pipeline),
		TEST(test_a_sync_while_data_is_copied_is_no_request),
		TEST(test_which_sync_was_ignored_is_not_known),
		TEST(test_a_fatal_error_answers_what_waits),
		TEST(test_a_login_is_no_request),
		TEST(test_a_connection_may_become_one_of_tls),
		TEST(test_a_connection_is_joined_at_whole_requests),
		TEST(test_rows_need_not_be_captured),
		TEST(test_a_loss_ends_the_count),
		TEST(test_replication_ends_the_count),
		TEST(test_what_looks_alike_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
