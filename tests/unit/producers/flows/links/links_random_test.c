/* Whatever comes in which order: what is said is what a list of all packets would say, and it is said in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "producers/flows/links/links.h"

#define NUMBERS 6
#define ADDRESSES 5
#define STEPS 200000
#define START (INT64_C(1700000000) * NS_PER_SECOND)

static const char *const texts[ADDRESSES] = {"10.244.1.7", "10.244.1.8", "fd00::7", "fd00::8",
					     "169.254.1.1"};

/* All that was told of one interface since it appeared. */
struct model {
	bool there;
	bool several;
	bool seen[ADDRESSES];
	struct when first[ADDRESSES], last[ADDRESSES];
	struct when until;
	bool gone;
	bool news;
	struct when said;
};

static struct ip ips[ADDRESSES];
static struct model models[NUMBERS];

static uint64_t draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static size_t count(const struct model *model)
{
	size_t total = 0;

	for (size_t i = 0; i < ADDRESSES; i++)
		total += model->seen[i];
	return total;
}

static void packet(struct model *model, size_t at, struct when time)
{
	if (!model->there || model->gone || model->several || at == ADDRESSES - 1)
		return;
	if (!model->seen[at]) {
		model->several = model->seen[at ^ 1];
		model->seen[at] = model->news = true;
		model->first[at] = model->last[at] = time;
	}
	model->first[at] = when_earlier(model->first[at], time);
	model->last[at] = when_later(model->last[at], time);
}

static void compare(const struct link_report *report, struct when now)
{
	struct model *model = &models[report->number];

	assert_true(model->there);
	assert_int_equal(report->address_count, count(model));
	for (size_t i = 0; i < report->address_count; i++) {
		size_t at = 0;

		while (ip_compare(&ips[at], &report->addresses[i].ip) != 0)
			at++;
		assert_true(model->seen[at]);
		assert_int_equal(report->addresses[i].first.ns, model->first[at].ns);
		assert_int_equal(report->addresses[i].last.ns, model->last[at].ns);
	}
	assert_int_equal(report->gone, model->gone);
	if (model->gone)
		assert_int_equal(report->until.ns, model->until.ns);
	model->said = now;
	model->news = false;
	if (model->gone)
		*model = (struct model){0};
}

static void check_nothing_is_late(struct when now)
{
	for (size_t i = 0; i < NUMBERS; i++) {
		const struct model *model = &models[i];

		assert_false(model->news);
		for (size_t a = 0; a < ADDRESSES && model->there; a++)
			if (model->seen[a] && when_before(model->said, model->last[a]))
				assert_true(when_since(now, model->said) < LINKS_LONGEST_NS);
	}
}

static void what_is_said_is_what_came(void **state)
{
	struct links *links = links_new(NUMBERS);
	uint64_t random = 88172645463325252u;
	struct when now = {START};
	struct link_report report;

	(void)state;
	for (size_t i = 0; i < ADDRESSES; i++)
		assert_int_equal(ip_parse(texts[i], strlen(texts[i]), &ips[i]), 0);
	for (size_t step = 0; step < STEPS; step++) {
		uint64_t r = draw(&random);
		uint16_t number = (uint16_t)(r % NUMBERS);
		size_t at = r / 64 % (r % 7 == 0 ? ADDRESSES : 1) + (r % 5 == 0 ? 2 : 0);
		struct model *model = &models[number];

		now = when_add(now, (int64_t)(draw(&random) % 2000) * NS_PER_MS);
		if (!model->there && r % 3 == 0) {
			links_appear(links, number, "veth", number, now, WHEN_MAX);
			*model = (struct model){.there = true, .said = WHEN_MIN};
		} else if (model->there && draw(&random) % 500 == 0) {
			links_end(links, number, now);
			model->gone = model->news = true;
			model->until = now;
			if (count(model) == 0)
				*model = (struct model){0};
		} else if (at < ADDRESSES) {
			/* Some are overtaken. */
			struct when time =
				when_add(now, r % 11 == 0 ? -(int64_t)(r % 3000) * NS_PER_MS : 0);

			if (r % 13 == 0 || !model->there ||
			    !links_quick_packet(links_quick(links, number), &ips[at], time))
				links_packet(links, number, &ips[at], time);
			packet(model, at, time);
		}
		while (links_next(links, now, &report))
			compare(&report, now);
		check_nothing_is_late(now);
	}
	while (links_rest(links, &report))
		compare(&report, now);
	assert_true(links_get_stats(links).followed > 100);
	assert_true(links_get_stats(links).several > 10);
	assert_int_equal(links_get_stats(links).unsaid, 0);
	links_free(links);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_said_is_what_came)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
