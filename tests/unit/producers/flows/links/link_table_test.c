/* Interfaces that come and go, as notices and lists tell, and what is claimed of the times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "producers/flows/links/link_table.h"

#define MAX 8

static struct link_table table;

static int begin(void **state)
{
	(void)state;
	return link_table_init(&table, MAX);
}

static int end(void **state)
{
	(void)state;
	link_table_clear(&table);
	return 0;
}

/* A moment on clocks that agree. */
static struct link_clock at(int64_t time)
{
	return (struct link_clock){{time + 1000}, {time}};
}

static struct link_message there(unsigned index)
{
	return (struct link_message){.index = index, .name = "a", .peer_namespace = LINK_NO_PEER};
}

static void appear(unsigned index, struct link_clock now)
{
	struct link_message told = there(index);

	link_table_notice(&table, &told, now);
}

static void go(unsigned index, struct link_clock now)
{
	struct link_message told = there(index);

	told.gone = true;
	link_table_notice(&table, &told, now);
}

static void list(const unsigned *indexes, size_t count, bool whole, struct link_clock now)
{
	assert_true(link_table_needs_list(&table));
	link_table_list(&table);
	assert_false(link_table_needs_list(&table));
	for (size_t i = 0; i < count; i++) {
		struct link_message told = there(indexes[i]);

		link_table_listed(&table, &told, now);
	}
	link_table_list_end(&table, whole);
}

static int64_t since(unsigned index)
{
	const struct link_entry *entry = link_table_find(&table, index);

	assert_non_null(entry);
	return entry->since.ns;
}

static void test_since(void **state)
{
	uint64_t birth;

	(void)state;
	/* What is there at the start may be old. */
	link_table_drain(&table, at(1));
	list((unsigned[]){3, 1}, 2, true, at(2));
	appear(5, at(3));
	assert_true(when_is_min((struct when){since(1)}));
	assert_true(when_is_min((struct when){since(5)}));
	link_table_drain(&table, at(4));
	appear(4, at(9));
	assert_int_equal(since(4), 1004);
	/* It says something new of itself. */
	link_table_drain(&table, at(10));
	birth = link_table_find(&table, 4)->birth;
	appear(4, at(11));
	assert_int_equal(since(4), 1004);
	assert_int_equal(link_table_find(&table, 4)->birth, birth);
	/* Its index is used again at once. */
	go(4, at(12));
	assert_null(link_table_find(&table, 4));
	assert_int_equal(link_table_until(&table, at(12)).ns, 1012);
	appear(4, at(12));
	assert_int_equal(since(4), 1010);
	assert_int_equal(link_table_find(&table, 4)->appeared.ns, 1012);
	assert_int_not_equal(link_table_find(&table, 4)->birth, birth);
}

static void test_loss(void **state)
{
	uint64_t birth;

	(void)state;
	list((unsigned[]){1, 2}, 2, true, at(1));
	link_table_drain(&table, at(2));
	birth = link_table_find(&table, 1)->birth;
	link_table_lose(&table);
	link_table_drain(&table, at(5)); /* proves nothing */
	link_table_list(&table);
	go(7, at(6)); /* a list may show it */
	link_table_listed(&table, &(struct link_message){.index = 1, .name = "a"}, at(7));
	link_table_listed(&table, &(struct link_message){.index = 7, .name = "a"}, at(7));
	link_table_list_end(&table, true);
	link_table_drain(&table, at(8));
	assert_true(link_table_needs_list(&table));
	assert_non_null(link_table_find(&table, 2));
	list((unsigned[]){1, 3}, 2, false, at(9)); /* interrupted */
	assert_non_null(link_table_find(&table, 2));
	list((unsigned[]){1, 3}, 2, true, at(10));
	assert_null(link_table_find(&table, 2));
	assert_null(link_table_find(&table, 7));
	assert_int_equal(link_table_find(&table, 1)->birth, birth);
	assert_int_equal(link_table_find(&table, 1)->appeared.ns, 1010); /* another, it may be */
	/* It came after the notices were lost, or just before. */
	assert_int_equal(since(3), 1002);
	link_table_drain(&table, at(11));
	appear(9, at(12));
	assert_int_equal(since(9), 1011);
}

static void test_clock_steps(void **state)
{
	(void)state;
	list(NULL, 0, true, at(1));
	link_table_drain(&table, at(100));
	/* Set back by 50: it appeared at most 10 ago. */
	appear(1, (struct link_clock){{1060}, {110}});
	assert_int_equal(since(1), 1050);
	/* What went then was there until 1110 on the clock as it was. */
	assert_int_equal(link_table_until(&table, (struct link_clock){{1060}, {110}}).ns, 1110);
	/* Set forward by 50. */
	appear(2, (struct link_clock){{1160}, {110}});
	assert_int_equal(since(2), 1100);
	assert_int_equal(link_table_until(&table, (struct link_clock){{1160}, {110}}).ns, 1160);
}

static void test_other_end(void **state)
{
	struct link_message told = there(1);
	uint64_t birth;

	(void)state;
	list(NULL, 0, true, at(1));
	link_table_drain(&table, at(2));
	told.kind = LINK_KIND_PAIR;
	link_table_notice(&table, &told, at(3));
	birth = link_table_find(&table, 1)->birth;
	/* It is moved to its pod. */
	told.peer_namespace = 4;
	link_table_notice(&table, &told, at(4));
	assert_int_equal(link_table_find(&table, 1)->birth, birth);
	/* The pod's namespace is going away. */
	told.peer_namespace = -1;
	link_table_notice(&table, &told, at(5));
	assert_int_equal(link_table_find(&table, 1)->birth, birth);
	told.peer_namespace = 4;
	told.master = 9;
	link_table_notice(&table, &told, at(6));
	/* It is taken apart, what it was still holds for its last packets. */
	told.peer_namespace = LINK_PEER_GONE;
	told.master = 0;
	link_table_notice(&table, &told, at(6));
	assert_int_equal(link_table_find(&table, 1)->told.peer_namespace, 4);
	assert_int_equal(link_table_find(&table, 1)->told.master, 9);
	link_table_drain(&table, at(7));
	/* Into another pod's: from now on it is another interface. */
	told.peer_namespace = 5;
	link_table_notice(&table, &told, at(8));
	assert_int_not_equal(link_table_find(&table, 1)->birth, birth);
	assert_int_equal(since(1), 1007);
}

static void test_limit(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= MAX + 2; i++)
		appear(i, at(i));
	assert_int_equal(table.count, MAX);
	assert_int_equal(table.refused, 2);
	go(3, at(20));
	appear(MAX + 2, at(21));
	assert_non_null(link_table_find(&table, MAX + 2));
	for (size_t i = 1; i < table.count; i++)
		assert_true(table.entries[i - 1].told.index < table.entries[i].told.index);
}

/* A kernel with interfaces that come and go; its notices wait in a socket that may overflow, and the clock is set, once
 * between two times at which all has been read. What the table says is never more than what was so. */
enum { INDEXES = 6, QUEUE = 4 };

struct kernel {
	int64_t steady, step, stepped;
	bool there[INDEXES + 1];
	int64_t born[INDEXES + 1]; /* on the clock as it was */
	struct link_message queue[QUEUE];
	size_t queued;
	bool lost;
};

static struct link_clock now_of(const struct kernel *kernel)
{
	return (struct link_clock){{1000000 + kernel->steady + kernel->step}, {kernel->steady}};
}

static void change(struct kernel *kernel)
{
	unsigned index = 1 + (unsigned)rand() % INDEXES;
	struct link_message told = there(index);

	told.gone = kernel->there[index];
	kernel->there[index] = !told.gone;
	kernel->born[index] = now_of(kernel).wall.ns;
	if (kernel->queued < QUEUE && !kernel->lost)
		kernel->queue[kernel->queued++] = told;
	else
		kernel->lost = true;
}

static void read_all(struct kernel *kernel)
{
	struct link_clock now = now_of(kernel);
	unsigned listed[INDEXES];
	size_t count = 0;

	for (size_t i = 0; i < kernel->queued; i++)
		link_table_notice(&table, &kernel->queue[i], now);
	if (kernel->lost)
		link_table_lose(&table);
	kernel->queued = 0;
	kernel->lost = false;
	link_table_drain(&table, now);
	if (!link_table_needs_list(&table))
		return;
	for (unsigned i = 1; i <= INDEXES; i++) {
		if (kernel->there[i])
			listed[count++] = i;
	}
	list(listed, count, rand() % 4 > 0, now);
	link_table_drain(&table, now);
}

/* Returns how many instants the table claims. */
static unsigned check(const struct kernel *kernel)
{
	unsigned claimed = 0;

	for (unsigned i = 1; i <= INDEXES && !link_table_needs_list(&table); i++) {
		const struct link_entry *entry = link_table_find(&table, i);

		assert_int_equal(entry != NULL, kernel->there[i]);
		if (entry == NULL)
			continue;
		assert_true(entry->appeared.ns >= kernel->born[i]);
		if (when_is_min(entry->since))
			continue;
		claimed++;
		assert_true(entry->since.ns <= kernel->born[i]);
	}
	return claimed;
}

static void test_random(void **state)
{
	struct kernel kernel = {0};
	unsigned claimed = 0;

	(void)state;
	srand(1);
	for (unsigned turn = 0; turn < 200000; turn++) {
		kernel.steady += rand() % 3;
		if (table.drained.steady.ns != kernel.stepped && rand() % 100 == 0) {
			kernel.step = rand() % 200 - 100;
			kernel.stepped = table.drained.steady.ns;
		}
		if (rand() % 3 > 0) {
			change(&kernel);
			continue;
		}
		read_all(&kernel);
		claimed += check(&kernel);
	}
	assert_true(claimed > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_since, begin, end),
		cmocka_unit_test_setup_teardown(test_loss, begin, end),
		cmocka_unit_test_setup_teardown(test_clock_steps, begin, end),
		cmocka_unit_test_setup_teardown(test_other_end, begin, end),
		cmocka_unit_test_setup_teardown(test_limit, begin, end),
		cmocka_unit_test_setup_teardown(test_random, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
