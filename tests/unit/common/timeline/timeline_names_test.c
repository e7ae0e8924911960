/* From a name to its addresses, over random histories. SEED and SEEDS choose which. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/store/name_rows.h"
#include "common/timeline/timeline.h"
#include "common/timeline/timeline_internal.h"
#include "tests/unit/common/timeline/timeline_fed.h"
#include "tests/unit/common/timeline/timeline_history.h"
#include "tests/unit/quoted.h"

#define QUESTIONS 400
#define SEEDS 4
#define LIMIT (1 << 24)

static uint64_t seed_from(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static struct timeline *opened(const char *directory, const struct timeline_options *options)
{
	struct timeline *timeline = timeline_open(directory, options);

	assert_non_null(timeline);
	return timeline;
}

/* Feeds TOPIC from the timeline's own offset up to END, exclusive. */
static void feed(struct timeline *timeline, const struct topic *topic, size_t end)
{
	const char *why;

	for (size_t r = (size_t)timeline_next_offset(timeline); r < end; r++)
		timeline_apply(timeline, (int64_t)r, topic->records[r].line,
			       strlen(topic->records[r].line), -1, &why);
}

static void assert_has(struct timeline *timeline, enum timeline_name_kind kind, struct span name,
		       const struct ip *ip)
{
	struct timeline_addresses addresses;
	bool found = false;

	assert_int_equal(timeline_addresses_of(timeline, kind, name, &addresses), 0);
	for (size_t a = 0; a < addresses.count; a++) {
		found = found || ip_compare(&addresses.list[a], ip) == 0;
		assert_true(a == 0 || ip_compare(&addresses.list[a - 1], &addresses.list[a]) < 0);
	}
	if (!found)
		fail_msg("%.*s does not have one of its addresses", (int)name.length, name.data);
	timeline_addresses_clear(&addresses);
}

static enum timeline_name_kind kind_of(enum holder_kind kind)
{
	return kind == HOLDER_POD    ? TIMELINE_POD
	       : kind == HOLDER_NODE ? TIMELINE_NODE
				     : TIMELINE_SERVICE;
}

static void check_history(struct timeline *timeline, const struct timeline_question *question)
{
	struct timeline_history history;

	assert_int_equal(timeline_history(timeline, &question->ip, question->position, &history),
			 0);
	for (size_t b = 0; b < history.count; b++) {
		const struct named_holder *holder = history.bindings[b].holder;

		assert_has(timeline, kind_of(holder->kind), holder->full_name, &question->ip);
	}
	timeline_history_clear(&history);
}

/* Every name that the answer has leads back to the address. */
static void check_answer(struct timeline *timeline, const struct timeline_question *question)
{
	struct timeline_answer answer;
	const struct named_holder *holder;

	assert_int_equal(timeline_answer(timeline, question, &answer), 0);
	holder = answer.holder;
	if (holder != NULL)
		assert_has(timeline, kind_of(holder->kind), holder->full_name, &question->ip);
	/* A node also has the services whose nodePorts it serves. */
	for (size_t s = 0; s < answer.services.count; s++) {
		if (holder != NULL && holder->kind != HOLDER_NODE)
			assert_has(timeline, TIMELINE_SERVICE, answer.services.list[s].name,
				   &question->ip);
	}
}

/* The keys of TABLE, each after its length. */
static void list_keys(struct timeline *timeline, enum row_table table, struct text *out)
{
	struct span key, value;
	struct store_scan *scan;
	struct text prefix;

	text_init(&prefix, 64);
	row_key_table(&prefix, table, timeline->answering->id);
	scan = store_scan_begin(timeline->store, &prefix, &prefix);
	while (store_scan_next(scan, &key, &value) == 1)
		codec_add_span(out, key);
	store_scan_end(scan);
	text_free(&prefix);
}

/* Puts again what follows from each row of an address, and returns the number of these rows. */
static size_t put_again(struct timeline *timeline)
{
	struct span key, value;
	struct store_scan *scan;
	struct text prefix;
	size_t count = 0;

	text_init(&prefix, 64);
	row_key_addresses(&prefix, timeline->answering->id);
	scan = store_scan_begin(timeline->store, &prefix, &prefix);
	for (; store_scan_next(scan, &key, &value) == 1; count++)
		assert_int_equal(name_rows_put(timeline->answering, timeline->store, key, value),
				 0);
	store_scan_end(scan);
	text_free(&prefix);
	assert_int_equal(store_commit(timeline->store), 0);
	return count;
}

static void remove_keys(struct timeline *timeline, struct span keys)
{
	struct codec codec = codec_read(keys);
	struct text key;

	text_init(&key, LIMIT);
	while (codec.left > 0) {
		struct span one = codec_span(&codec);

		text_clear(&key);
		text_add(&key, one.data, one.length);
		assert_int_equal(store_remove(timeline->store, &key), 0);
	}
	assert_int_equal(store_commit(timeline->store), 0);
	text_free(&key);
}

static void list_all(struct timeline *timeline, struct text *out)
{
	list_keys(timeline, ROW_HELD, out);
	list_keys(timeline, ROW_MEMBERS_OF, out);
	assert_false(out->failed);
}

/* The rows are those that follow from the bindings and memberships that are there. Returns their
 * bytes. */
static size_t check_rows(uint64_t seed, struct timeline *timeline)
{
	struct text is, should;
	size_t bytes;

	text_init(&is, LIMIT);
	text_init(&should, LIMIT);
	list_all(timeline, &is);
	remove_keys(timeline, text_span(&is));
	assert_true(put_again(timeline) > 0);
	list_all(timeline, &should);
	if (!span_equal(text_span(&is), text_span(&should)))
		fail_msg("seed %" PRIu64 ": %zu bytes of rows, not %zu", seed, is.length,
			 should.length);
	bytes = is.length;
	text_free(&is);
	text_free(&should);
	return bytes;
}

static size_t run(int64_t retention_ns, uint64_t first)
{
	size_t bytes = 0;

	for (uint64_t seed = first; seed < first + seed_from("SEEDS", SEEDS); seed++) {
		struct chance chance = {seed + 77};
		struct topic topic = history_topic(seed);
		struct timeline_options options = history_options(&chance);
		struct timeline *timeline;

		options.by_name = true;
		options.retention_ns = retention_ns;
		timeline = opened(NULL, &options);
		for (int q = 0; q < QUESTIONS; q++) {
			struct timeline_question question;

			feed(timeline, &topic, topic.count * (size_t)(q + 1) / (QUESTIONS + 1) + 1);
			question = history_question(&chance, timeline_next_offset(timeline) - 1);
			check_answer(timeline, &question);
			if (retention_ns == 0)
				check_history(timeline, &question);
		}
		bytes += check_rows(seed, timeline);
		timeline_close(timeline);
		topic_free(&topic);
	}
	return bytes;
}

static void every_name_leads_to_its_addresses(void **state)
{
	(void)state;
	run(0, seed_from("SEED", 1));
}

static void what_is_forgotten_takes_its_rows_along(void **state)
{
	uint64_t first = seed_from("SEED", 101);

	(void)state;
	assert_in_range(run(20 * NS_PER_SECOND, first), 1, run(0, first) - 1);
}

static void the_same_topic_makes_the_same_rows(void **state)
{
	struct chance chance = {7};
	struct topic topic = history_topic(5), again = history_repeated(&topic, &chance);
	struct timeline_options options = history_options(&chance);
	struct timeline *a, *b;
	struct text one, other;

	(void)state;
	options.by_name = true;
	a = opened(NULL, &options);
	b = opened(NULL, &options);
	text_init(&one, LIMIT);
	text_init(&other, LIMIT);
	feed(a, &topic, topic.count);
	feed(b, &again, again.count);
	list_all(a, &one);
	list_keys(a, ROW_NAMED, &one);
	list_all(b, &other);
	list_keys(b, ROW_NAMED, &other);
	assert_true(one.length > 0);
	assert_true(span_equal(text_span(&one), text_span(&other)));
	text_free(&one);
	text_free(&other);
	timeline_close(a);
	timeline_close(b);
	topic_free(&topic);
	topic_free(&again);
}

static void a_store_without_them_is_made_again(void **state)
{
	char directory[] = "/tmp/timeline-names-XXXXXX", path[64], command[64];
	struct chance chance = {9};
	struct topic topic = history_topic(9);
	struct timeline_options options = history_options(&chance);
	struct timeline *timeline;
	struct text rows;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/timeline", directory);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	text_init(&rows, LIMIT);
	timeline = opened(path, &options);
	feed(timeline, &topic, topic.count);
	list_all(timeline, &rows);
	assert_int_equal(rows.length, 0);
	timeline_close(timeline);
	options.by_name = true;
	timeline = opened(path, &options);
	assert_int_equal(timeline_next_offset(timeline), 0);
	feed(timeline, &topic, topic.count / 2);
	timeline_close(timeline);
	/* Without the option they are still kept up. */
	options.by_name = false;
	timeline = opened(path, &options);
	assert_int_equal(timeline_next_offset(timeline), (int64_t)(topic.count / 2));
	feed(timeline, &topic, topic.count);
	check_rows(9, timeline);
	timeline_close(timeline);
	text_free(&rows);
	topic_free(&topic);
	assert_int_equal(system(command), 0);
}

/* The service shop/web with this clusterIP. */
static void feed_service(struct timeline *timeline, int second, const char *ip)
{
	char object[512];

	snprintf(object, sizeof(object),
		 quoted("{'metadata':{'name':'web','namespace':'shop','uid':'uid-%s'},"
			"'spec':{'clusterIP':'%s'}}"),
		 ip, ip);
	fed_object(timeline, second, "ADDED", "services", object);
}

/* A slice of it with one endpoint, of the pod uid-a and with this hostname. */
static void feed_slice(struct timeline *timeline, int second, const char *hostname)
{
	char object[512];

	snprintf(object, sizeof(object),
		 quoted("{'metadata':{'name':'web-x','namespace':'shop','uid':'uid-x','labels':{"
			"'kubernetes.io/service-name':'web'}},'endpoints':[{'addresses':["
			"'10.1.0.1'],'targetRef':{'uid':'uid-a'},'hostname':'%s'}]}"),
		 hostname);
	fed_object(timeline, second, "ADDED", "endpointslices", object);
}

/* What the answer as of POSITION has for DNS names. */
static void assert_use(struct timeline *timeline, int64_t position, int second,
		       const char *hostname)
{
	struct timeline_question question = {.port = -1, .transport = -1, .position = position};
	struct timeline_answer answer;
	const struct service_use *use = &answer.services.list[0];

	assert_int_equal(ip_parse("10.1.0.1", 8, &question.ip), 0);
	question.start = question.end = (struct when){(TOPIC_START + second) * NS_PER_SECOND};
	for (int again = 0; again < 2; again++) {
		assert_int_equal(timeline_answer(timeline, &question, &answer), 0);
		assert_int_equal(answer.services.count, 1);
		assert_true(span_equal(use->hostname, span_of(hostname)));
	}
}

static void services_have_what_dns_names_need(void **state)
{
	struct timeline_options options = {
		.kube_from = WHEN_MIN, .kube_until = WHEN_MIN, .by_name = true};
	struct timeline *timeline = opened(NULL, &options);

	(void)state;
	for (int r = 0; r < 2; r++) {
		fed_sync(timeline, 1, "SYNC_BEGIN", r == 0 ? "pods" : "nodes", 1);
		fed_sync(timeline, 1, "SYNC_END", r == 0 ? "pods" : "nodes", 1);
	}
	feed_service(timeline, 1, "None");
	fed_object(timeline, 2, "ADDED", "pods",
		   quoted("{'metadata':{'name':'web-0','namespace':'shop','uid':'uid-a',"
			  "'resourceVersion':'2'},'spec':{'nodeName':'n'},'status':{"
			  "'podIP':'10.1.0.1','startTime':'2026-11-23T08:00:01Z'}}"));
	feed_slice(timeline, 3, "web-0"); /* position 6 */
	feed_slice(timeline, 20, "web-1");
	assert_use(timeline, 6, 10, "web-0");
	assert_use(timeline, 7, 10, "web-0");
	assert_use(timeline, 7, 25, "web-1");
	timeline_close(timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_leads_to_its_addresses),
		cmocka_unit_test(what_is_forgotten_takes_its_rows_along),
		cmocka_unit_test(the_same_topic_makes_the_same_rows),
		cmocka_unit_test(services_have_what_dns_names_need),
		cmocka_unit_test(a_store_without_them_is_made_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
