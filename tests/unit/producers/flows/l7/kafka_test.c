#include "producers/flows/l7/kafka.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/producers/flows/l7/talk.h"

#define KAFKA(counts) "'l7':{'protocol':'kafka','client':'source'," counts "},"

/* A request of 20 bytes by client "ab", with two more. */
#define ASK(key, version, id) "\0\0\0\x0e\0" key "\0" version "\0\0\0" id "\0\2ab\0\0"
#define METADATA(id) ASK("\3", "\1", id)
#define ANSWER(id) "\0\0\0\6\0\0\0" id "ok"

static void test_responses_belong_to_requests_by_number(void **state)
{
	struct talk *talk = *state;

	SAY(talk, CLIENT, METADATA("\1") METADATA("\2"));
	SAY(talk, CLIENT, METADATA("\3"));
	SAY(talk, SERVER, ANSWER("\1") "\0\0\0\6\0\0"); /* 3 ms */
	SAY(talk, SERVER, "\0\2o");
	SAY(talk, SERVER, "k"); /* 5 ms */
	l7_take(talk->l7, talk->slot, CLIENT, false, &talk->taken);
	assert_int_equal(talk->taken.first_byte.count, 2);
	assert_int_equal(talk->taken.first_byte.sum, 4 * MS);
	assert_int_equal(talk->taken.last_byte.sum, (2 + 4) * MS);
	SAY(talk, SERVER, ANSWER("\3"));
	SAY(talk, CLIENT, METADATA("\4"));
	talk_expect(talk, KAFKA("'requests':1,'responses':1,'unanswered':1"));
}

static void test_produce_without_acks_is_one_way(void **state)
{
	/* Versions 2, 3 and 9: the transaction's ID is not there, null, "t"; then acks. */
	SAY(*state, CLIENT, "\0\0\0\x10\0\0\0\2\0\0\0\1\0\2ab\0\0zz");
	SAY(*state, CLIENT, "\0\0\0\x12\0\0\0\3\0\0\0\2\0\2ab\377\377\0\0zz");
	SAY(*state, CLIENT, "\0\0\0\x13\0\0\0\x09\0\0\0\3\0\2ab\0\2t\0\0zz");
	SAY(*state, CLIENT, "\0\0\0\x13\0\0\0\x09\0\0\0\4\0\2ab\0\2t\377\377zz");
	SAY(*state, SERVER, ANSWER("\4"));
	talk_expect(*state, KAFKA("'requests':4,'responses':1,'one_way':3"));
}

static void test_more_requests_wait_than_are_remembered(void **state)
{
	char request[] = METADATA("\0"), answer[] = ANSWER("\0");

	for (int i = 0; i < 70; i++) {
		request[11] = (char)(i + 1);
		talk_send(*state, CLIENT, request, sizeof(request) - 1);
	}
	for (int i = 0; i < 68; i++) {
		answer[7] = (char)(i + 1);
		talk_send(*state, SERVER, answer, sizeof(answer) - 1);
	}
	talk_expect(*state, KAFKA("'requests':70,'responses':68,'unanswered':2"));
}

static void test_an_answer_to_what_was_not_seen_is_told(void **state)
{
	((struct talk *)*state)->joined = true;
	SAY(*state, CLIENT, METADATA("\5"));
	SAY(*state, SERVER, ANSWER("\4") ANSWER("\5"));
	talk_expect(*state, KAFKA("'requests':1,'responses':2,'incomplete':true,"
				  "'uncertain':{'start':1,'unmatched':1}"));
}

static void test_one_number_twice_is_told(void **state)
{
	SAY(*state, CLIENT, METADATA("\5") METADATA("\5"));
	SAY(*state, SERVER, ANSWER("\5") ANSWER("\5"));
	talk_expect(*state, KAFKA("'requests':2,'responses':2,'incomplete':true,"
				  "'uncertain':{'unmatched':1}"));
}

static void test_a_body_need_not_be_captured(void **state)
{
	static const char request[] = "\0\0\0\x22\0\1\0\1\0\0\0\1\0\2ab0123456789012345678901";

	talk_add(*state, CLIENT, ((struct talk *)*state)->next[CLIENT], request,
		 sizeof(request) - 1, 20, 0);
	((struct talk *)*state)->next[CLIENT] += sizeof(request) - 1;
	SAY(*state, SERVER, ANSWER("\1"));
	SAY(*state, CLIENT, METADATA("\2"));
	SAY(*state, SERVER, ANSWER("\2"));
	talk_expect(*state, KAFKA("'requests':2,'responses':2"));
}

static void test_a_loss_ends_the_count(void **state)
{
	SAY(*state, CLIENT, METADATA("\1"));
	SAY(*state, SERVER, ANSWER("\1"));
	talk_say_unseen(*state, CLIENT, "lost");
	SAY(*state, SERVER, ANSWER("\2"));
	SAY(*state, CLIENT, METADATA("\3"));
	talk_expect(*state, KAFKA("'requests':1,'responses':1,'incomplete':true,"
				  "'uncertain':{'gap':1,'stopped':1}"));
}

static void test_old_tokens_end_the_count(void **state)
{
	SAY(*state, CLIENT, ASK("\x12", "\0", "\1"));
	SAY(*state, SERVER, ANSWER("\1"));
	SAY(*state, CLIENT, ASK("\x11", "\0", "\2"));
	SAY(*state, SERVER, ANSWER("\2"));
	SAY(*state, CLIENT, "\0\0\0\4abcd");
	talk_expect(*state, KAFKA("'requests':2,'responses':1,'incomplete':true,"
				  "'uncertain':{'stopped':1}"));
}

/* ZooKeeper's first message would be a Produce with acks=0, and its answer have the same number. */
static void test_what_looks_alike_is_not_read(void **state)
{
	static const char connect[48] = "\0\0\0\x2c", answer[40] = "\0\0\0\x24";

	talk_send(*state, CLIENT, connect, sizeof(connect));
	talk_send(*state, SERVER, answer, sizeof(answer));
	talk_expect(*state, "");
	assert_false(kafka_begins((const uint8_t *)METADATA("\1"), 14));
	assert_true(kafka_begins((const uint8_t *)METADATA("\1"), 15));
	assert_false(kafka_begins((const uint8_t *)"\0\0\0\x0e\0\3\0\1\0\0\0\1\0\5ab\0\0", 18));
}

static void test_answers_that_fit_nothing_end_the_reading(void **state)
{
	SAY(*state, CLIENT, METADATA("\1"));
	SAY(*state, SERVER, "\0\0\0\1");
	SAY(*state, SERVER, "\0\0\0\0");
	talk_expect(*state, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, talk_set_up, talk_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_responses_belong_to_requests_by_number),
		TEST(test_produce_without_acks_is_one_way),
		TEST(test_more_requests_wait_than_are_remembered),
		TEST(test_an_answer_to_what_was_not_seen_is_told),
		TEST(test_one_number_twice_is_told),
		TEST(test_a_body_need_not_be_captured),
		TEST(test_a_loss_ends_the_count),
		TEST(test_old_tokens_end_the_count),
		TEST(test_what_looks_alike_is_not_read),
		TEST(test_answers_that_fit_nothing_end_the_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
