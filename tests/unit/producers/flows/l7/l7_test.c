#include "producers/flows/l7/l7.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "tests/unit/producers/flows/l7/talk.h"

#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define SETTINGS "\0\0\0\4\0\0\0\0\0"

static void test_streams_of_http2(void **state)
{
	SAY(*state, CLIENT,
	    PREFACE SETTINGS "\0\0\3\1\5\0\0\0\1\x82\x86\x84"
			     "\0\0\3\1\4\0\0\0\3\x83\x86\x84"
			     "\0\0\3\1\5\0\0\0\5\x82\x86\x84");
	SAY(*state, CLIENT, "\0\0\2\0\1\0\0\0\3hi");
	/* 404 on 3, whole; 200 on 1 with a body; 5 is reset. */
	SAY(*state, SERVER, SETTINGS "\0\0\1\1\5\0\0\0\3\x8d\0\0\1\1\4\0\0\0\1\x88");
	SAY(*state, SERVER, "\0\0\2\0\1\0\0\0\1hi\0\0\4\3\0\0\0\0\5\0\0\0\7");
	talk_expect(*state, "'l7':{'protocol':'http2','client':'source','requests':3,'responses':2,"
			    "'unanswered':1,'status':{'2xx':1,'4xx':1}},");
}

/* More streams wait than are remembered. */
static void test_streams_that_are_not_remembered_are_unanswered_too(void **state)
{
	char request[] = "\0\0\3\1\5\0\0\0\0\x82\x86\x84", answer[] = "\0\0\1\1\5\0\0\0\0\x88";

	SAY(*state, CLIENT, PREFACE SETTINGS);
	for (int i = 0; i < 70; i++) {
		request[8] = (char)(2 * i + 1);
		request[7] = (char)((2 * i + 1) >> 8);
		talk_send(*state, CLIENT, request, sizeof(request) - 1);
	}
	SAY(*state, SERVER, SETTINGS);
	for (int i = 0; i < 67; i++) {
		answer[8] = (char)(2 * i + 1);
		answer[7] = (char)((2 * i + 1) >> 8);
		talk_send(*state, SERVER, answer, sizeof(answer) - 1);
	}
	talk_expect(*state, "'l7':{'protocol':'http2','client':'source','requests':70,"
			    "'responses':67,'unanswered':3,'status':{'2xx':67}},");
}

static void test_a_response_to_a_cancelled_stream_is_late(void **state)
{
	SAY(*state, CLIENT, PREFACE SETTINGS "\0\0\3\1\5\0\0\0\1\x82\x86\x84");
	SAY(*state, CLIENT, "\0\0\4\3\0\0\0\0\1\0\0\0\x08");
	SAY(*state, SERVER, SETTINGS "\0\0\1\1\5\0\0\0\1\x88");
	talk_expect(*state, "'l7':{'protocol':'http2','client':'source','requests':1,"
			    "'responses':0,'unanswered':1},");
}

static void test_a_response_to_no_stream_is_told(void **state)
{
	SAY(*state, CLIENT, PREFACE SETTINGS "\0\0\3\1\5\0\0\0\1\x82\x86\x84");
	SAY(*state, SERVER, SETTINGS "\0\0\1\1\5\0\0\0\1\x88\0\0\1\1\5\0\0\0\7\x88");
	talk_expect(*state, "'l7':{'protocol':'http2','client':'source','requests':1,'responses':2,"
			    "'status':{'2xx':2},'incomplete':true,'uncertain':{'unmatched':1}},");
}

static void test_a_server_of_http2_may_speak_first(void **state)
{
	SAY(*state, SERVER, SETTINGS);
	SAY(*state, CLIENT, PREFACE SETTINGS "\0\0\3\1\5\0\0\0\1\x82\x86\x84");
	SAY(*state, SERVER, "\0\0\1\1\5\0\0\0\1\x88");
	talk_expect(*state, "'l7':{'protocol':'http2','client':'source','requests':1,"
			    "'responses':1,'status':{'2xx':1}},");
}

static void test_grpc_has_its_status_in_the_trailers(void **state)
{
	/* The second trailers are an entry of the dynamic table. */
	SAY(*state, CLIENT,
	    PREFACE "\0\0\x14\1\5\0\0\0\1\x83\x86\x5f\x10"
		    "application/grpc");
	SAY(*state, SERVER,
	    "\0\0\1\1\4\0\0\0\1\x88\0\0\x0f\1\5\0\0\0\1\x40\x0bgrpc-status\1"
	    "5");
	SAY(*state, CLIENT,
	    "\0\0\x14\1\5\0\0\0\3\x83\x86\x5f\x10"
	    "application/grpc");
	SAY(*state, SERVER, "\0\0\1\1\4\0\0\0\3\x88\0\0\1\1\5\0\0\0\3\xbe");
	talk_expect(*state, "'l7':{'protocol':'grpc','client':'source','requests':2,'responses':2,"
			    "'status':{'2xx':2},'grpc_status':{'not_found':2}},");
}

static void test_an_upgrade_to_http2_is_one_request(void **state)
{
	talk_say(*state, CLIENT, "GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n");
	SAY(*state, SERVER,
	    "HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n" SETTINGS "\0\0\1\1\5\0\0\0\1\x88");
	SAY(*state, CLIENT, PREFACE SETTINGS);
	talk_expect(*state, "'l7':{'protocol':'http2','client':'source','requests':1,'responses':1,"
			    "'status':{'2xx':1}},");
}

static void test_commands_of_redis(void **state)
{
	talk_say(*state, CLIENT, "*2\r\n$3\r\nGET\r\n$1\r\na\r\n*1\r\n$4\r\nPING\r\nINFO all\r\n");
	talk_say(*state, SERVER,
		 "$-1\r\n>2\r\n+push\r\n:1\r\n*2\r\n*1\r\n$3\r\na\r\n\r\n:7\r\n-ERR no\r\n");
	talk_say(*state, CLIENT, "*1\r\n$7\r\nhgetall\r\n");
	talk_say(*state, SERVER, "|1\r\n+ttl\r\n:3600\r\n%1\r\n+a\r\n#t\r\n");
	talk_expect(*state, "'l7':{'protocol':'redis','client':'source','requests':4,'responses':4,"
			    "'status':{'ok':3,'error':1}},");
}

static void test_a_subscription_ends_the_count_of_redis(void **state)
{
	talk_say(*state, CLIENT, "*2\r\n$9\r\nsubscribe\r\n$1\r\na\r\n");
	talk_say(*state, SERVER, "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n");
	talk_expect(*state, "'l7':{'protocol':'redis','client':'source','requests':1,'responses':0,"
			    "'incomplete':true,'uncertain':{'stopped':1}},");
}

#define QUESTION "\1a\4test\0\0\1\0\1"
#define QUESTION6 "\1a\4test\0\0\x1c\0\1"
#define QUERY(id, question) id "\1\0\0\1\0\0\0\0\0\0" question
#define ANSWER(id, code, question) id "\x81" code "\0\1\0\0\0\0\0\0" question

static void test_queries_of_dns(void **state)
{
	((struct talk *)*state)->protocol = TRANSPORT_UDP;
	/* Two questions at once, the first again, one that nobody answers. */
	SAY(*state, CLIENT, QUERY("\0\1", QUESTION));
	SAY(*state, CLIENT, QUERY("\0\2", QUESTION6));
	SAY(*state, CLIENT, QUERY("\0\1", QUESTION));
	SAY(*state, SERVER, ANSWER("\0\2", "\x83", QUESTION6));
	SAY(*state, SERVER, ANSWER("\0\1", "\x80", QUESTION));
	SAY(*state, SERVER, ANSWER("\0\1", "\x80", QUESTION));
	SAY(*state, CLIENT, QUERY("\0\3", QUESTION));
	talk_expect(*state, "'l7':{'protocol':'dns','client':'source','requests':3,'responses':3,"
			    "'retries':1,'unanswered':1,'rcode':{'noerror':2,'nxdomain':1}},");
}

static void test_a_tls_13_handshake_is_no_message(void **state)
{
	struct talk *talk = *state;
	char hello[47 + 4] = "\x16\3\1\0\x2e\1", data[64] = "\x17\3\3\0\x3b";
	char server[81] = "\x16\3\3\0\x4c\2\0\0\x48\3\3";
	static const char finished[5 + 69] = "\x17\3\3\0\x45", alert[5 + 19] = "\x17\3\3\0\x13";

	server[43] = 32;
	memcpy(server + 76, "\x13\2", 2); /* AES-256-GCM-SHA384 */
	talk_send(talk, CLIENT, hello, sizeof(hello));
	assert_int_equal(talk->payload, L7_HANDSHAKE);
	talk_send(talk, SERVER, server, sizeof(server));
	assert_int_equal(talk->payload, L7_HANDSHAKE);
	talk_send(talk, SERVER, data, sizeof(data));
	assert_int_equal(talk->payload, L7_HANDSHAKE);
	talk_send(talk, CLIENT, finished, sizeof(finished));
	assert_int_equal(talk->payload, L7_HANDSHAKE);
	talk_send(talk, CLIENT, data, sizeof(data));
	assert_int_equal(talk->payload, L7_UNTIMED); /* session tickets may come first */
	talk_send(talk, SERVER, data, sizeof(data));
	assert_int_equal(talk->payload, L7_MESSAGE);
	talk_send(talk, CLIENT, data, sizeof(data));
	assert_int_equal(talk->payload, L7_MESSAGE);
	talk_send(talk, SERVER, data, sizeof(data));
	talk_send(talk, CLIENT, alert, sizeof(alert));
	assert_int_equal(talk->payload, L7_HANDSHAKE); /* close_notify */
	talk_expect(talk, "'l7':{'protocol':'tls'},");
}

/* As STARTTLS does. */
static void test_tls_may_begin_late(void **state)
{
	struct talk *talk = *state;
	static const char hello[47 + 4] = "\x16\3\1\0\x2e\1",
				     server[81] = "\x16\3\3\0\x4c\2\0\0\x48\3\3";

	talk_say(talk, SERVER, "220 ready\r\n");
	talk_say(talk, CLIENT, "starttls\r\n");
	talk_say(talk, SERVER, "220 go\r\n");
	talk_send(talk, CLIENT, hello, sizeof(hello));
	assert_int_equal(talk->payload, L7_HANDSHAKE);
	talk_send(talk, SERVER, server, sizeof(server));
	assert_int_equal(talk->payload, L7_HANDSHAKE);
	talk_expect(talk, "'l7':{'protocol':'tls','incomplete':true,'uncertain':{'start':1}},");
}

static void test_protocols_are_read_from_a_list(void **state)
{
	unsigned protocols;

	(void)state;
	assert_int_equal(l7_read_protocols("http,dns", &protocols), 0);
	assert_int_equal(protocols, 1u << FLOW_L7_HTTP | 1u << FLOW_L7_DNS);
	assert_int_equal(l7_read_protocols("none", &protocols), 0);
	assert_int_equal(protocols, 0);
	assert_int_equal(l7_read_protocols("http,", &protocols), -1);
	assert_int_equal(l7_read_protocols("smtp", &protocols), -1);
}

static void test_a_protocol_that_is_not_wanted_is_not_read(void **state)
{
	struct talk *talk = *state;

	l7_free(talk->l7);
	talk->l7 = l7_new(1u << FLOW_L7_DNS, 4);
	assert_non_null(talk->l7);
	talk_say(talk, CLIENT, GET);
	talk_expect(talk, "");
}

static void test_an_upgrade_to_a_protocol_that_is_not_wanted_is_not_followed(void **state)
{
	struct talk *talk = *state;

	l7_free(talk->l7);
	talk->l7 = l7_new(1u << FLOW_L7_HTTP, 4);
	assert_non_null(talk->l7);
	talk_say(talk, CLIENT, "GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n");
	SAY(talk, SERVER,
	    "HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n" SETTINGS "\0\0\1\1\5\0\0\0\1\x88");
	SAY(talk, CLIENT, PREFACE SETTINGS "\0\0\3\1\5\0\0\0\3\x82\x86\x84");
	talk_expect(talk, "'l7':{'protocol':'http','client':'source','requests':1,'responses':1,"
			  "'status':{'1xx':1}},");
}

/* A slice may end before the first message is complete. */
static void test_what_is_uncertain_is_told_with_the_first_message(void **state)
{
	struct talk *talk = *state;
	struct flow_l7 taken;

	talk->joined = true;
	talk_say(talk, CLIENT, "GET / HT");
	l7_take(talk->l7, talk->slot, CLIENT, false, &taken);
	assert_int_equal(taken.protocol, FLOW_L7_NONE);
	talk_say(talk, CLIENT, "TP/1.1\r\n\r\n");
	talk_expect(talk, "'l7':{'protocol':'http','client':'source','requests':1,'responses':0,"
			  "'unanswered':1,'incomplete':true,'uncertain':{'start':1}},");
}

static void test_a_gap_without_messages_is_told(void **state)
{
	struct talk *talk = *state;
	struct flow_l7 taken;

	talk_say(talk, CLIENT, GET);
	talk_say(talk, SERVER, "HTTP/1.1 204 No Content\r\n\r\n");
	talk_say(talk, CLIENT, GET);
	l7_take(talk->l7, talk->slot, CLIENT, false, &taken);
	assert_int_equal(taken.requests, 2);
	/* A response that was not captured; an empty line acknowledges it. */
	talk_say_unseen(talk, SERVER, "HTTP/1.1 204 No Content\r\n\r\n");
	talk_say(talk, CLIENT, "\r\n");
	talk_expect(talk, "'l7':{'protocol':'http','client':'source','requests':0,'responses':0,"
			  "'incomplete':true,'uncertain':{'gap':1}},");
}

/* Until the next segment that begins with a message nothing is read, however many slices that takes. */
static void test_each_slice_says_that_it_was_not_read(void **state)
{
	struct talk *talk = *state;
	struct flow_l7 taken;

	talk_say(talk, CLIENT, GET);
	talk_say(talk, SERVER, OK);
	talk_say_unseen(talk, SERVER, "HTTP/1.1 200 OK\r\n");
	talk_say(talk, CLIENT, GET);
	l7_take(talk->l7, talk->slot, CLIENT, false, &taken);
	assert_int_equal(taken.uncertain[FLOW_L7_GAP], 1);
	talk_say(talk, SERVER, "\r\n" OK);
	talk_expect(talk, "'l7':{'protocol':'http','client':'source','requests':0,'responses':0,"
			  "'unanswered':1,'incomplete':true,'uncertain':{'stopped':1}},");
}

static void test_connections_without_room_are_counted(void **state)
{
	struct talk *talk = *state;
	uint32_t slots[6] = {0};

	for (unsigned i = 0; i < 6; i++) {
		talk->slot = 0;
		talk->next[CLIENT] = 0;
		talk_say(talk, CLIENT, GET);
		slots[i] = talk->slot;
	}
	assert_int_equal(l7_get_stats(talk->l7).connections, 4);
	assert_int_equal(l7_get_stats(talk->l7).refused, 2);
	assert_int_equal(slots[5], L7_IGNORED);
	talk->slot = slots[0];
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, talk_set_up, talk_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_streams_of_http2),
		TEST(test_streams_that_are_not_remembered_are_unanswered_too),
		TEST(test_a_response_to_a_cancelled_stream_is_late),
		TEST(test_a_response_to_no_stream_is_told),
		TEST(test_a_server_of_http2_may_speak_first),
		TEST(test_grpc_has_its_status_in_the_trailers),
		TEST(test_an_upgrade_to_http2_is_one_request),
		TEST(test_commands_of_redis),
		TEST(test_a_subscription_ends_the_count_of_redis),
		TEST(test_queries_of_dns),
		TEST(test_a_tls_13_handshake_is_no_message),
		TEST(test_tls_may_begin_late),
		TEST(test_protocols_are_read_from_a_list),
		TEST(test_a_protocol_that_is_not_wanted_is_not_read),
		TEST(test_an_upgrade_to_a_protocol_that_is_not_wanted_is_not_followed),
		TEST(test_what_is_uncertain_is_told_with_the_first_message),
		TEST(test_a_gap_without_messages_is_told),
		TEST(test_each_slice_says_that_it_was_not_read),
		TEST(test_connections_without_room_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
