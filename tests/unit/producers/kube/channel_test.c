#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "producers/kube/channel.h"
#include "producers/kube/watch_records.h"
#include "tests/unit/producers/kube/fake_api.h"
#include "tests/unit/producers/kube/watch_steps.h"

struct fixture {
	struct http *http;
	struct watch watch;
	struct channel channel;
	struct text record;
};

static int pods(void)
{
	int count = 0;

	for (int slot = 0; slot < FAKE_SLOTS; slot++)
		count += fake_state(KUBE_PODS, slot) != NULL;
	return count;
}

/* The first page of several has come, and its first record is written. */
static int start(void **state)
{
	static struct fixture fixture;

	*state = &fixture;
	fake_start(1);
	while (pods() < FAKE_SLOTS)
		fake_commit(KUBE_PODS);
	fake_api_start(true);
	fixture.http = http_open(NULL);
	text_init(&fixture.record, 65536);
	steps_begin(&fixture.watch, KUBE_PODS);
	channel_init(&fixture.channel, &fixture.watch);
	assert_int_equal(channel_ask(&fixture.channel, fixture.http, fake_clocks()), 0);
	while (fixture.channel.request->status == 0)
		assert_int_equal(http_turn(fixture.http, -1, 10), 0);
	watch_answered(&fixture.watch, 200, fake_clocks());
	assert_true(watch_records_next(&fixture.watch, fake_clocks(), &fixture.record));
	return 0;
}

static int stop(void **state)
{
	struct fixture *fixture = *state;

	channel_free(&fixture->channel);
	watch_free(&fixture->watch);
	text_free(&fixture->record);
	http_close(fixture->http);
	fake_end();
	return 0;
}

/* Writes the rest of the page. */
static void write_page(struct fixture *fixture)
{
	do
		text_clear(&fixture->record);
	while (watch_records_next(&fixture->watch, fake_clocks(), &fixture->record));
	assert_int_equal(fixture->watch.state, WATCH_TO_LIST);
}

static void the_next_page_is_asked_for_while_this_one_is_written(void **state)
{
	struct fixture *fixture = *state;
	struct channel *channel = &fixture->channel;

	assert_int_equal(channel_tend(channel, fixture->http), 0);
	assert_int_equal(channel_tend(channel, fixture->http), 0);
	assert_int_equal(fake_api_lists(), 2);
	while (!channel->ahead->ended)
		assert_int_equal(http_turn(fixture->http, -1, 10), 0);
	assert_false(channel_came_ahead(channel));
	write_page(fixture);
	assert_int_equal(channel_tend(channel, fixture->http), 0);
	assert_int_equal(channel_ask(channel, fixture->http, fake_clocks()), 0);
	assert_int_equal(fake_api_lists(), 2);
	assert_null(channel->ahead);
	assert_true(channel_came_ahead(channel));
	watch_answered(&fixture->watch, 200, fake_clocks());
	assert_false(channel_came_ahead(channel));
	text_clear(&fixture->record);
	assert_true(watch_records_next(&fixture->watch, fake_clocks(), &fixture->record));
}

static void a_next_page_that_is_too_long_to_wait_is_asked_for_in_its_turn(void **state)
{
	struct fixture *fixture = *state;
	struct channel *channel = &fixture->channel;
	static const char some[1024 * 1024];

	assert_int_equal(channel_tend(channel, fixture->http), 0);
	assert_non_null(channel->ahead);
	for (size_t sent = 0; sent <= CHANNEL_AHEAD_MAX; sent += sizeof(some))
		text_add(&channel->ahead_body, some, sizeof(some));
	assert_int_equal(channel_tend(channel, fixture->http), 0);
	assert_null(channel->ahead);
	assert_int_equal(channel->ahead_body.capacity, 0);
	write_page(fixture);
	assert_int_equal(channel_ask(channel, fixture->http, fake_clocks()), 0);
	assert_int_equal(fake_api_lists(), 3);
	assert_int_equal(channel_tend(channel, fixture->http), 0);
	assert_null(channel->ahead);
}

static void what_a_watch_no_longer_needs_is_dropped(void **state)
{
	struct fixture *fixture = *state;
	struct channel *channel = &fixture->channel;

	assert_int_equal(channel_tend(channel, fixture->http), 0);
	assert_non_null(channel->ahead);
	watch_page_wrong(&fixture->watch, "it is wrong", fake_clocks());
	fixture->watch.retry.at = fake_clocks()->tick;
	assert_int_equal(channel_ask(channel, fixture->http, fake_clocks()), 0);
	assert_null(channel->ahead);
	assert_int_equal(fake_api_lists(), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_next_page_is_asked_for_while_this_one_is_written, start, stop),
		cmocka_unit_test_setup_teardown(
			a_next_page_that_is_too_long_to_wait_is_asked_for_in_its_turn, start, stop),
		cmocka_unit_test_setup_teardown(what_a_watch_no_longer_needs_is_dropped, start,
						stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
