#include "producers/flows/l7/http1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/producers/flows/l7/talk.h"

#define HTTP(counts) "'l7':{'protocol':'http','client':'source'," counts "},"

static void test_pipelined_requests_are_counted_one_by_one(void **state)
{
	talk_say(*state, CLIENT, GET GET GET);
	talk_say(*state, SERVER, OK OK);
	talk_say(*state, SERVER, OK);
	talk_expect(*state, HTTP("'requests':3,'responses':3,'status':{'2xx':3}"));
}

static void test_times_are_from_the_requests_last_byte(void **state)
{
	struct talk *talk = *state;

	talk_say(talk, CLIENT, "POST / HTTP/1.1\r\nContent-Le"); /* 1 ms */
	talk_say(talk, CLIENT, "ngth: 3\r\n\r\nab");
	talk_say(talk, CLIENT, "c"); /* 3 ms */
	talk_say(talk, SERVER, "HTT");
	talk_say(talk, SERVER, "P/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r");
	talk_say(talk, SERVER, "\n0\r\n\r\n"); /* 6 ms */
	l7_take(talk->l7, talk->slot, CLIENT, false, &talk->taken);
	assert_int_equal(talk->taken.first_byte.count, 1);
	assert_int_equal(talk->taken.first_byte.sum, 1 * MS);
	assert_int_equal(talk->taken.last_byte.sum, 3 * MS);
}

static void test_the_end_of_a_message_is_found(void **state)
{
	/* Bodies have what looks like messages. */
	talk_say(*state, CLIENT,
		 "HEAD / HTTP/1.1\r\n\r\n" GET GET "DELETE /x HTTP/1.0\r\n\r\n"
		 "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
		 "1a;a=b\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n0\r\nX: y\r\n\r\n");
	talk_say(*state, SERVER,
		 "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
		 "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"
		 "HTTP/1.1 204 No\r\n\r\n"
		 "HTTP/1.1 100 Continue\r\n\r\n"
		 "HTTP/1.1 500 No\r\nContent-Length: 27\r\n\r\n" GET
		 "HTTP/1.1 404 No\r\nConnection: close\r\n\r\n" OK);
	talk_finish(*state, SERVER);
	talk_expect(*state, HTTP("'requests':5,'responses':5,"
				 "'status':{'2xx':2,'3xx':1,'4xx':1,'5xx':1}"));
}

static void test_a_tunnel_ends_the_messages(void **state)
{
	talk_say(*state, CLIENT, "CONNECT a:1 HTTP/1.1\r\n\r\n");
	talk_say(*state, SERVER, "HTTP/1.1 200 OK\r\n\r\n");
	talk_say(*state, CLIENT, GET);
	talk_expect(*state, HTTP("'requests':1,'responses':1,'status':{'2xx':1}"));
}

static void test_a_request_without_a_response_is_unanswered(void **state)
{
	talk_say(*state, CLIENT, GET);
	talk_say(*state, SERVER, OK);
	talk_say(*state, CLIENT, GET);
	talk_expect(*state, HTTP("'requests':2,'responses':1,'unanswered':1,'status':{'2xx':1}"));
}

static void test_more_waiting_requests_than_remembered_are_counted(void **state)
{
	for (unsigned i = 0; i < 3 * EXCHANGE_MAX; i++)
		talk_say(*state, CLIENT, GET);
	for (unsigned i = 0; i < 3 * EXCHANGE_MAX - 1; i++)
		talk_say(*state, SERVER, OK);
	talk_expect(*state,
		    HTTP("'requests':192,'responses':191,'unanswered':1,'status':{'2xx':191}"));
}

static void test_repeated_and_late_segments_change_nothing(void **state)
{
	struct talk *talk = *state;
	const char *text = OK;
	size_t half = 9;

	talk_add(talk, CLIENT, 0, GET, strlen(GET), strlen(GET), 0);
	talk_add(talk, CLIENT, 0, GET, strlen(GET), strlen(GET), 0);
	talk->next[CLIENT] = (uint32_t)strlen(GET);
	talk_add(talk, SERVER, talk->next[SERVER] + (uint32_t)half, text + half, strlen(OK) - half,
		 strlen(OK) - half, 0);
	talk_add(talk, SERVER, talk->next[SERVER], text, half, half, 0);
	talk_expect(talk, HTTP("'requests':1,'responses':1,'status':{'2xx':1}"));
}

static void test_a_body_needs_no_bytes(void **state)
{
	talk_say(*state, CLIENT, GET);
	talk_say_cut(*state, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n0123456789", 45);
	talk_say_unseen(
		*state, SERVER,
		"01234567890123456789012345678901234567890123456789012345678901234567890123456789");
	talk_say(*state, CLIENT, GET);
	talk_say(*state, SERVER, OK);
	talk_expect(*state, HTTP("'requests':2,'responses':2,'status':{'2xx':2}"));
}

static void test_chunks_that_were_cut_end_before_the_next_request(void **state)
{
	for (unsigned i = 0; i < 3; i++) {
		talk_say(*state, CLIENT, GET);
		talk_say_cut(
			*state, SERVER,
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
			55);
	}
	talk_expect(*state, HTTP("'requests':3,'responses':3,'status':{'2xx':3}"));
}

static void test_a_lost_response_makes_the_record_incomplete(void **state)
{
	talk_say(*state, CLIENT, GET);
	talk_say(*state, SERVER, OK);
	talk_say(*state, CLIENT, GET);
	talk_say_unseen(*state, SERVER, OK);
	talk_say(*state, CLIENT, GET);
	talk_say(*state, SERVER, OK);
	talk_expect(*state, HTTP("'requests':3,'responses':2,'status':{'2xx':2},'incomplete':true,"
				 "'uncertain':{'gap':1}"));
}

static void test_other_text_is_not_http(void **state)
{
	static const char *const texts[] = {"INVITE sip:a SIP/2.0\r\n\r\n",
					    "DESCRIBE a RTSP/1.0\r\n\r\n", "EHLO a\r\n",
					    "SSH-2.0-a\r\n", "GET key\r\n"};

	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct talk *talk = *state;

		l7_drop(talk->l7, &talk->slot);
		talk->next[CLIENT] = talk->first[CLIENT];
		talk_say(talk, CLIENT, texts[i]);
		talk_expect(talk, "");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, talk_set_up, talk_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pipelined_requests_are_counted_one_by_one),
		TEST(test_times_are_from_the_requests_last_byte),
		TEST(test_the_end_of_a_message_is_found),
		TEST(test_a_tunnel_ends_the_messages),
		TEST(test_a_request_without_a_response_is_unanswered),
		TEST(test_more_waiting_requests_than_remembered_are_counted),
		TEST(test_repeated_and_late_segments_change_nothing),
		TEST(test_a_body_needs_no_bytes),
		TEST(test_chunks_that_were_cut_end_before_the_next_request),
		TEST(test_a_lost_response_makes_the_record_incomplete),
		TEST(test_other_text_is_not_http),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
