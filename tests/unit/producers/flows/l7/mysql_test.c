#include "producers/flows/l7/mysql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/producers/flows/l7/talk.h"

#define MYSQL(counts) "'l7':{'protocol':'mysql','client':'source'," counts "},"

#define GREETING                       \
	"\x24\0\0\0\x0a"               \
	"8.0\0"                        \
	"1234"                         \
	"12345678\0"                   \
	"\377\377\x21\2\0\377\377\x15" \
	"0123456789"
/* Capabilities: protocol 41, and what the test adds. */
#define LOGIN(byte0, byte1, byte3) "\x0a\0\0\1" byte0 byte1 "\0" byte3 "\0\0\0\1\x21\0"
#define CLASSIC LOGIN("\1", "\2", "\0")
#define WITHOUT_EOF LOGIN("\1", "\2", "\1")
#define DONE(number) "\7\0\0" number "\0\0\0\2\0\0\0"
#define MORE(number) "\7\0\0" number "\0\0\0\x0a\0\0\0"
#define ERR(number) "\5\0\0" number "\377\1\4no"
#define QUERY "\x09\0\0\0\3SELECT 1"
#define COLUMNS2        \
	"\1\0\0\1\2"    \
	"\4\0\0\2\3def" \
	"\4\0\0\3\3def"
#define EOF_PACKET(number, status) "\5\0\0" number "\376\0\0" status "\0"
#define OK_AT_END(number) "\7\0\0" number "\376\0\0\2\0\0\0"
#define ROW(number) "\4\0\0" number "\1a\1b"

static void start(struct talk *talk, const char *login, size_t length)
{
	SAY(talk, SERVER, GREETING);
	talk_send(talk, CLIENT, login, length);
	SAY(talk, SERVER, "\2\0\0\2\1\4"); /* authentication goes on */
	SAY(talk, CLIENT, "\5\0\0\3abcde");
	SAY(talk, SERVER, DONE("\4"));
}

#define START(talk, login) start((talk), (login), sizeof(login) - 1)

static void test_commands_with_one_packet(void **state)
{
	START(*state, CLASSIC);
	SAY(*state, CLIENT, "\1\0\0\0\x0e");
	SAY(*state, SERVER, DONE("\1"));
	SAY(*state, CLIENT, "\3\0\0\0\2db");
	SAY(*state, SERVER, ERR("\1"));
	SAY(*state, CLIENT, "\5\0\0\0\x19\1\0\0\0"); /* no response */
	SAY(*state, CLIENT, "\1\0\0\0\x09");
	SAY(*state, SERVER, "\6\0\0\1Uptime");
	SAY(*state, CLIENT, "\1\0\0\0\x0e");
	talk_expect(*state, MYSQL("'requests':4,'responses':3,'unanswered':1,"
				  "'status':{'ok':2,'error':1}"));
}

static void test_result_sets_with_eof_packets(void **state)
{
	struct talk *talk = *state;

	START(talk, CLASSIC); /* 5 ms */
	SAY(talk, CLIENT, "\x09\0\0\0\3SEL");
	SAY(talk, CLIENT, "ECT 1");
	SAY(talk, SERVER, COLUMNS2 EOF_PACKET("\4", "\2")); /* 8 ms */
	SAY(talk, SERVER, ROW("\5") ROW("\6"));
	SAY(talk, SERVER, EOF_PACKET("\7", "\2"));
	l7_take(talk->l7, talk->slot, CLIENT, false, &talk->taken);
	assert_int_equal(talk->taken.first_byte.sum, 1 * MS);
	assert_int_equal(talk->taken.last_byte.sum, 3 * MS);
	/* Several results, the last of which fails; then a row that is interrupted. */
	SAY(talk, CLIENT, QUERY);
	SAY(talk, SERVER, COLUMNS2 EOF_PACKET("\4", "\2") ROW("\5") EOF_PACKET("\6", "\x0a"));
	SAY(talk, SERVER, MORE("\7") ERR("\x08"));
	SAY(talk, CLIENT, QUERY QUERY);
	SAY(talk, SERVER, COLUMNS2 EOF_PACKET("\4", "\2") ROW("\5") ERR("\6"));
	SAY(talk, SERVER, DONE("\1"));
	talk_expect(talk, MYSQL("'requests':3,'responses':3,'status':{'ok':1,'error':2}"));
}

static void test_result_sets_without_eof_packets(void **state)
{
	START(*state, WITHOUT_EOF);
	SAY(*state, CLIENT, QUERY);
	SAY(*state, SERVER, COLUMNS2 ROW("\4") ROW("\5") OK_AT_END("\6"));
	SAY(*state, CLIENT, QUERY);
	SAY(*state, SERVER, COLUMNS2 OK_AT_END("\4"));
	/* Definitions that the client has. */
	SAY(*state, CLIENT, QUERY);
	SAY(*state, SERVER, "\2\0\0\1\2\0" ROW("\2") OK_AT_END("\3"));
	SAY(*state, CLIENT, QUERY);
	SAY(*state, SERVER,
	    "\2\0\0\1\1\1"
	    "\4\0\0\2\3def" ROW("\2") OK_AT_END("\3"));
	talk_expect(*state, MYSQL("'requests':4,'responses':4,'status':{'ok':4}"));
}

#define PREPARE "\x09\0\0\0\x16SELECT ?"
#define PREPARED(columns, parameters) "\x0c\0\0\1\0\1\0\0\0" columns "\0" parameters "\0\0\0\0"
#define DEFINITION(number) "\4\0\0" number "\3def"
#define EXECUTE "\x0a\0\0\0\x17\1\0\0\0\0\1\0\0\0"
#define BINARY_ROW(number) "\3\0\0" number "\0\0\1"

static void test_prepared_statements(void **state)
{
	START(*state, CLASSIC);
	SAY(*state, CLIENT, PREPARE);
	SAY(*state, SERVER,
	    PREPARED("\1", "\1") DEFINITION("\2") EOF_PACKET("\3", "\2") DEFINITION("\4")
		    EOF_PACKET("\5", "\2"));
	SAY(*state, CLIENT, EXECUTE);
	SAY(*state, SERVER,
	    COLUMNS2 EOF_PACKET("\4", "\2") BINARY_ROW("\5") EOF_PACKET("\6", "\2"));
	/* With a cursor the rows come by FETCH. */
	SAY(*state, CLIENT, EXECUTE);
	SAY(*state, SERVER, COLUMNS2 EOF_PACKET("\4", "\x42"));
	SAY(*state, CLIENT, "\x09\0\0\0\x1c\1\0\0\0\1\0\0\0");
	SAY(*state, SERVER, BINARY_ROW("\1") EOF_PACKET("\2", "\x42"));
	SAY(*state, CLIENT, PREPARE);
	SAY(*state, SERVER, PREPARED("\0", "\0"));
	SAY(*state, CLIENT, PREPARE);
	SAY(*state, SERVER, ERR("\1"));
	talk_expect(*state, MYSQL("'requests':6,'responses':6,'status':{'ok':5,'error':1}"));
}

static void test_prepared_statements_without_eof_packets(void **state)
{
	START(*state, WITHOUT_EOF);
	/* Both at once. */
	SAY(*state, CLIENT, PREPARE EXECUTE);
	SAY(*state, SERVER,
	    PREPARED("\1", "\2") DEFINITION("\2") DEFINITION("\3") DEFINITION("\4"));
	SAY(*state, SERVER, COLUMNS2 BINARY_ROW("\4") OK_AT_END("\5"));
	talk_expect(*state, MYSQL("'requests':2,'responses':2,'status':{'ok':2}"));
}

static void test_a_file_of_the_client_is_no_command(void **state)
{
	START(*state, CLASSIC);
	SAY(*state, CLIENT, QUERY);
	SAY(*state, SERVER,
	    "\5\0\0\1\xfb"
	    "file");
	/* Packet numbers come round. */
	SAY(*state, CLIENT,
	    "\2\0\0\2\3x"
	    "\2\0\0\0\3x"
	    "\0\0\0\1");
	SAY(*state, SERVER, DONE("\2"));
	SAY(*state, CLIENT, QUERY);
	SAY(*state, SERVER, DONE("\1"));
	talk_expect(*state, MYSQL("'requests':2,'responses':2,'status':{'ok':2}"));
}

static void test_a_connection_may_become_one_of_tls(void **state)
{
	struct talk *talk = *state;
	char request[36] = "\x20\0\0\1\1\x0a", hello[47 + 4] = "\x16\3\1\0\x2e\1";

	SAY(talk, SERVER, GREETING);
	talk_send(talk, CLIENT, request, sizeof(request));
	talk_send(talk, CLIENT, hello, sizeof(hello));
	assert_int_equal(talk->payload, L7_HANDSHAKE);
	talk_expect(talk, "'l7':{'protocol':'tls'},");
}

static void test_compression_and_failed_logins_are_not_read(void **state)
{
	SAY(*state, SERVER, GREETING);
	SAY(*state, CLIENT, LOGIN("\x21", "\2", "\0"));
	SAY(*state, SERVER, DONE("\2"));
	SAY(*state, CLIENT, QUERY);
	talk_expect(*state, "");
}

static void test_a_connection_is_joined_at_a_command(void **state)
{
	((struct talk *)*state)->joined = true;
	SAY(*state, CLIENT, QUERY);
	SAY(*state, SERVER, COLUMNS2 ROW("\4") OK_AT_END("\5"));
	SAY(*state, CLIENT, PREPARE);
	SAY(*state, SERVER, PREPARED("\0", "\1") DEFINITION("\2"));
	SAY(*state, SERVER, "\5\0\0\0\377\1\4no"); /* why the server ends the connection */
	talk_expect(*state, MYSQL("'requests':2,'responses':2,'status':{'ok':2},"
				  "'incomplete':true,'uncertain':{'start':1}"));
}

static void test_a_statement_before_eof_is_known_ends_the_count(void **state)
{
	((struct talk *)*state)->joined = true;
	SAY(*state, CLIENT, QUERY);
	SAY(*state, SERVER, DONE("\1"));
	SAY(*state, CLIENT, PREPARE);
	SAY(*state, SERVER, PREPARED("\0", "\1") DEFINITION("\2"));
	talk_expect(*state, MYSQL("'requests':2,'responses':1,'status':{'ok':1},"
				  "'incomplete':true,'uncertain':{'start':1,'stopped':1}"));
}

static void test_rows_need_not_be_captured(void **state)
{
	static const char rows[] = COLUMNS2 EOF_PACKET("\4", "\2") "\x1e\0\0\5\x1d"
								   "012345678901234567890123456789";
	struct talk *talk = *state;

	START(talk, CLASSIC);
	SAY(talk, CLIENT, QUERY);
	talk_add(talk, SERVER, talk->next[SERVER], rows, sizeof(rows) - 2, sizeof(rows) - 20, 0);
	talk->next[SERVER] += sizeof(rows) - 2;
	SAY(talk, SERVER, EOF_PACKET("\6", "\2"));
	talk_expect(talk, MYSQL("'requests':1,'responses':1,'status':{'ok':1}"));
}

static void test_a_client_that_does_not_get_what_it_said_is_told(void **state)
{
	START(*state, WITHOUT_EOF);
	SAY(*state, CLIENT, QUERY QUERY);
	SAY(*state, SERVER, COLUMNS2 EOF_PACKET("\4", "\2") ROW("\5") EOF_PACKET("\6", "\2"));
	talk_expect(*state, MYSQL("'requests':2,'responses':0,'incomplete':true,"
				  "'uncertain':{'malformed':1,'stopped':1}"));
}

/* A row of 2^24 bytes takes two packets. */
static void test_a_packet_may_go_on_with_the_next(void **state)
{
	static const char row[] = "\377\377\377\5\xfe"
				  "0123456789";
	struct talk *talk = *state;
	uint32_t length = 4 + 0xffffff;

	START(talk, CLASSIC);
	SAY(talk, CLIENT, QUERY);
	SAY(talk, SERVER, COLUMNS2 EOF_PACKET("\4", "\2"));
	talk_add(talk, SERVER, talk->next[SERVER], row, length, sizeof(row) - 1, 0);
	talk->next[SERVER] += length;
	SAY(talk, SERVER, "\2\0\0\6\376x" EOF_PACKET("\7", "\2"));
	talk_expect(talk, MYSQL("'requests':1,'responses':1,'status':{'ok':1}"));
}

static void test_a_loss_ends_the_count(void **state)
{
	START(*state, CLASSIC);
	SAY(*state, CLIENT, QUERY);
	talk_say_unseen(*state, SERVER, "lost");
	SAY(*state, CLIENT, QUERY);
	talk_expect(*state, MYSQL("'requests':1,'responses':0,'incomplete':true,"
				  "'uncertain':{'gap':1,'stopped':1}"));
}

#define BEGINS(literal, server) \
	mysql_begins((const uint8_t *)(literal), sizeof(literal) - 1, (server))

static void test_what_looks_alike_is_not_read(void **state)
{
	(void)state;
	assert_true(BEGINS(GREETING, true));
	assert_true(BEGINS(QUERY, false));
	assert_true(BEGINS(EXECUTE, false));
	assert_false(BEGINS(QUERY "x", false));
	assert_false(BEGINS("\x09\0\0\1\3SELECT 1", false));
	assert_false(BEGINS("\x09\0\0\0\3SELECT \1", false));
	assert_false(BEGINS("\1\0\0\0\x0e", false));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, talk_set_up, talk_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_commands_with_one_packet),
		TEST(test_result_sets_with_eof_packets),
		TEST(test_result_sets_without_eof_packets),
		TEST(test_prepared_statements),
		TEST(test_prepared_statements_without_eof_packets),
		TEST(test_a_file_of_the_client_is_no_command),
		TEST(test_a_connection_may_become_one_of_tls),
		TEST(test_compression_and_failed_logins_are_not_read),
		TEST(test_a_connection_is_joined_at_a_command),
		TEST(test_a_statement_before_eof_is_known_ends_the_count),
		TEST(test_rows_need_not_be_captured),
		TEST(test_a_client_that_does_not_get_what_it_said_is_told),
		TEST(test_a_packet_may_go_on_with_the_next),
		TEST(test_a_loss_ends_the_count),
		TEST(test_what_looks_alike_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
