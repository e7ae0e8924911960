#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sink/graph/history/edge_row.h"

#define VALUES(...) \
	((uint64_t[]){__VA_ARGS__}), sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t)

static void assert_same_histogram(const struct histogram *a, const struct histogram *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a == NULL || b == NULL)
		return;
	assert_int_equal(a->scale, b->scale);
	assert_int_equal(a->offset, b->offset);
	assert_int_equal(a->total, b->total);
	assert_int_equal(a->used, b->used);
	assert_memory_equal(a->counts, b->counts, a->used * sizeof(a->counts[0]));
}

/* Writes EDGE, reads it back whole, and requires that no beginning of the row is one. Returns its length. */
static size_t check_row(const struct graph_edge *edge)
{
	struct graph_edge again = graph_edge_none();
	struct text row;
	size_t length;

	text_init(&row, 10000);
	edge_row_write(&row, edge);
	assert_false(row.failed);
	assert_int_equal(edge_row_add(text_span(&row), &again), 0);
	assert_memory_equal(&again.measures, &edge->measures, sizeof(edge->measures));
	assert_same_histogram(again.histogram, edge->histogram);
	assert_same_histogram(again.handshake, edge->handshake);
	graph_edge_clear(&again);
	for (length = 0; length < row.length; length++) {
		/* Its own memory, so that reading further is found. */
		char *part = malloc(length + 1);

		assert_non_null(part);
		memcpy(part, row.data, length);
		assert_int_equal(edge_row_add((struct span){part, length}, &again), -1);
		graph_edge_clear(&again);
		free(part);
	}
	text_free(&row);
	return length;
}

static void every_member_comes_back(void **state)
{
	struct graph_edge edge = graph_edge_none();
	uint64_t *members[] = {
		&edge.measures.flows,
		&edge.measures.provisional,
		&edge.measures.refused,
		&edge.measures.unanswered,
		&edge.measures.reset,
		&edge.measures.failed_read,
		&edge.measures.source_bytes,
		&edge.measures.destination_bytes,
		&edge.measures.source_packets,
		&edge.measures.destination_packets,
		&edge.measures.retransmissions_sent,
		&edge.measures.retransmissions_received,
		&edge.measures.requests,
		&edge.measures.set_aside,
	};

	(void)state;
	assert_int_equal(check_row(&edge), 3);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		*members[i] = i + 1;
		check_row(&edge);
	}
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		*members[i] = UINT64_MAX - i;
		check_row(&edge);
	}
}

static void durations_come_back(void **state)
{
	static const uint64_t cases[][4] = {
		/* count, sum, minimum, maximum, and rows of different lengths */
		{1, 300000, 300000, 300000}, {1, 300000, 5, 300000}, {1, 300000, 300000, 400000},
		{2, 300000, 100000, 200000}, {5, 0, 0, 0},           {1, UINT64_MAX, 0, UINT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct graph_edge edge = graph_edge_none();
		size_t length;

		edge.measures.response.count = cases[i][0];
		edge.measures.response.sum_ns = cases[i][1];
		edge.measures.response.min_ns = cases[i][2];
		edge.measures.response.max_ns = cases[i][3];
		length = check_row(&edge);
		if (i == 0)
			assert_int_equal(length, 3 + 3); /* one value is written once */
		edge.measures.handshake.count = cases[i][0];
		edge.measures.handshake.sum_ns = cases[i][1];
		edge.measures.handshake.min_ns = cases[i][2];
		edge.measures.handshake.max_ns = cases[i][3];
		check_row(&edge);
	}
}

static void check_histogram(int scale, int64_t offset, const uint64_t *counts, size_t count,
			    size_t length)
{
	struct graph_edge edge = graph_edge_none();

	assert_int_equal(histogram_add(&edge.histogram, scale, offset, counts, count), 0);
	assert_int_equal(check_row(&edge), length);
	assert_int_equal(histogram_add(&edge.handshake, scale, offset, counts, count), 0);
	check_row(&edge);
	graph_edge_clear(&edge);
}

static void a_histogram_takes_the_shortest_form(void **state)
{
	uint64_t apart[100] = {[0] = 1, [99] = 1};

	(void)state;
	/* The mask, then scale, offset, form. */
	check_histogram(3, 20, VALUES(1, 2, 255), 3 + 3 + 3);
	check_histogram(3, 20, VALUES(1, 2, 256), 3 + 3 + 6);
	check_histogram(3, 20, VALUES(1, 2, 65536), 3 + 3 + 12);
	check_histogram(3, 20, VALUES(1, UINT32_MAX), 3 + 3 + 8);
	check_histogram(-10, -20, VALUES(1, UINT64_C(1) << 32), 3 + 3 + 1 + 2 + 6);
	check_histogram(3, 20, apart, 100, 3 + 3 + 1 + 2 + 2);
}

static void messages_come_back(void **state)
{
	struct graph_edge edge = graph_edge_none(), again = graph_edge_none();
	struct text row;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct messages_kind *kind =
			messages_like(&edge.messages, i == 1 ? "dns" : "http", i == 2);
		uint64_t *counts = (uint64_t *)&kind->counts;

		assert_non_null(kind);
		for (size_t c = 0; c < sizeof(kind->counts) / sizeof(*counts); c++) {
			counts[c] = (uint64_t)(i + 1) << (5 * c);
			check_row(&edge);
		}
		kind->first_byte = (struct durations){1, 300, 300, 300};
		check_row(&edge);
		kind->last_byte = (struct durations){3, 3000, 300, 2000};
		assert_int_equal(histogram_add(&kind->first_bytes, 3, 65, VALUES(1)), 0);
		check_row(&edge);
		assert_int_equal(histogram_add(&kind->last_bytes, 4, 70, VALUES(1, 0, 2)), 0);
		check_row(&edge);
	}
	text_init(&row, 10000);
	edge_row_write(&row, &edge);
	assert_int_equal(edge_row_add(text_span(&row), &again), 0);
	assert_int_equal(again.messages->count, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct messages_kind *a = &again.messages->kinds[i],
					   *b = &edge.messages->kinds[i];

		assert_string_equal(a->protocol, b->protocol);
		assert_int_equal(a->from_server, b->from_server);
		assert_memory_equal(&a->counts, &b->counts, sizeof(a->counts));
		assert_memory_equal(&a->first_byte, &b->first_byte, sizeof(a->first_byte));
		assert_memory_equal(&a->last_byte, &b->last_byte, sizeof(a->last_byte));
		assert_same_histogram(a->first_bytes, b->first_bytes);
		assert_same_histogram(a->last_bytes, b->last_bytes);
	}
	/* A second time it is added. */
	assert_int_equal(edge_row_add(text_span(&row), &again), 0);
	assert_int_equal(again.messages->count, 3);
	assert_int_equal(again.messages->kinds[0].counts.records, 4);
	text_free(&row);
	graph_edge_clear(&edge);
	graph_edge_clear(&again);
}

static void further_protocols_come_back(void **state)
{
	struct graph_edge edge = graph_edge_none(), again = graph_edge_none();
	struct text row;
	char name[16];

	(void)state;
	for (int i = 0; i < 40; i++) {
		struct messages_kind *kind;

		snprintf(name, sizeof(name), "p%02d", i / 2);
		kind = messages_like(&edge.messages, name, i % 2);
		assert_non_null(kind);
		kind->counts.requests++;
	}
	text_init(&row, 10000);
	edge_row_write(&row, &edge);
	assert_int_equal(edge_row_add(text_span(&row), &again), 0);
	assert_int_equal(again.messages->count, MESSAGES_KINDS_MAX);
	for (size_t i = 0; i < MESSAGES_KINDS_MAX; i++) {
		assert_string_equal(again.messages->kinds[i].protocol,
				    edge.messages->kinds[i].protocol);
		assert_int_equal(again.messages->kinds[i].counts.requests,
				 edge.messages->kinds[i].counts.requests);
	}
	text_free(&row);
	graph_edge_clear(&edge);
	graph_edge_clear(&again);
}

static void rows_add_up(void **state)
{
	struct graph_edge fine = graph_edge_none(), coarse = graph_edge_none();
	struct graph_edge sum = graph_edge_none(), plain = graph_edge_none();
	struct text rows[2];

	(void)state;
	fine.measures = (struct measures){.flows = 3,
					  .source_bytes = UINT64_MAX,
					  .response.count = 2,
					  .response.sum_ns = 50,
					  .response.min_ns = 20,
					  .response.max_ns = 30};
	coarse.measures = (struct measures){.flows = 4,
					    .source_bytes = 7,
					    .response.count = 1,
					    .response.sum_ns = 70,
					    .response.min_ns = 70,
					    .response.max_ns = 70};
	assert_int_equal(histogram_add(&fine.histogram, 5, 100, VALUES(1, 2, 0, 0, 0, 9)), 0);
	assert_int_equal(histogram_add(&coarse.histogram, 2, 10, VALUES(7)), 0);
	for (int i = 0; i < 2; i++) {
		text_init(&rows[i], 1000);
		edge_row_write(&rows[i], i == 0 ? &fine : &coarse);
	}
	/* Also where the sum is coarser than the row, and where it is finer. */
	for (int i = 0; i < 6; i++) {
		assert_int_equal(edge_row_add(text_span(&rows[i % 3 == 1]), &sum), 0);
		assert_int_equal(graph_edge_add(&plain, i % 3 == 1 ? &coarse : &fine), 0);
		assert_memory_equal(&sum.measures, &plain.measures, sizeof(sum.measures));
		assert_same_histogram(sum.histogram, plain.histogram);
	}
	assert_int_equal(sum.measures.source_bytes, UINT64_MAX);
	for (int i = 0; i < 2; i++)
		text_free(&rows[i]);
	graph_edge_clear(&fine);
	graph_edge_clear(&coarse);
	graph_edge_clear(&sum);
	graph_edge_clear(&plain);
}

static void refuses_what_is_not_a_row(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} broken[] = {
		{"\x00\x40\x00\x00\x05\x01\x00", 7},         /* durations of nothing */
		{"\x00\x00\x00\x01", 4},                     /* more than it says */
		{"\x00\x00\x01\x06\x02\x01", 6},             /* no buckets, of a byte */
		{"\x00\x00\x01\x06\x02\x00\x05", 7},         /* no buckets, as pairs */
		{"\x00\x00\x01\x06\x02\x04\x02\x02\x01", 9}, /* a pair behind the last bucket */
		{"\x00\x00\x01\x06\x02\x08\x02\x01\x01\x00\x01", 11}, /* the second is */
		{"\x00\x00\x01\x06\x02\x04\xa1\x01\x00\x01", 10},     /* 161 buckets */
		{"\x00\x00\x01\x2a\x02\x05\x01", 7},                  /* scale 21 */
		{"\x00\x00\x10\x00", 4},                              /* no messages */
		{"\x00\x00\x10\x11", 4},                              /* 17 kinds */
		{"\x00\x00\x10\x01\x18"
		 "aaaaaaaaaaaaaaaaaaaaaaaa\x00\x00",
		 31}, /* a long name */
		{"\x00\x00\x10\x01\x02"
		 "a\x00\x00\x00",
		 9}, /* one with a NUL */
		{"\x00\x00\x10\x01\x01"
		 "a\x00\x02\x00\x01\x00\x00",
		 12}, /* times of nothing */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct graph_edge edge = graph_edge_none();

		assert_int_equal(
			edge_row_add((struct span){broken[i].bytes, broken[i].length}, &edge), -1);
		graph_edge_clear(&edge);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_member_comes_back),
		cmocka_unit_test(durations_come_back),
		cmocka_unit_test(a_histogram_takes_the_shortest_form),
		cmocka_unit_test(messages_come_back),
		cmocka_unit_test(further_protocols_come_back),
		cmocka_unit_test(rows_add_up),
		cmocka_unit_test(refuses_what_is_not_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
