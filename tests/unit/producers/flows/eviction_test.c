#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/when.h"
#include "producers/flows/eviction.h"

#define ITEMS 200u
#define SPAN (60 * NS_PER_SECOND)
#define TICK (NS_PER_SECOND / 5) /* more than SPAN / 512 */
#define NOW (INT64_C(1700000000) * NS_PER_SECOND)

static uint32_t random32(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1;
	return (uint32_t)(*state >> 33);
}

struct model {
	struct eviction *eviction;
	bool present[ITEMS];
	bool embryonic[ITEMS];
	int64_t last[ITEMS];
	uint64_t added[ITEMS]; /* order of eviction_add() */
};

static uint32_t first(const struct model *model)
{
	uint32_t item;

	while (item = eviction_first(model->eviction),
	       item != EVICTION_NONE && !model->embryonic[item] &&
		       eviction_is_stale(model->eviction, (struct when){model->last[item]}))
		eviction_file(model->eviction, item, (struct when){model->last[item]});
	return item;
}

/* The oldest embryonic item, else one that was silent longest but for a tick. */
static void check_first(const struct model *model, uint32_t item)
{
	bool any = false;

	for (uint32_t i = 0; i < ITEMS; i++) {
		if (!model->present[i])
			continue;
		any = true;
		assert_int_not_equal(item, EVICTION_NONE);
		assert_true(model->present[item]);
		if (model->embryonic[i])
			assert_true(model->embryonic[item] &&
				    model->added[item] <= model->added[i]);
		else if (!model->embryonic[item])
			assert_true(model->last[item] <= model->last[i] + TICK);
	}
	if (!any)
		assert_int_equal(item, EVICTION_NONE);
}

static void the_order_is_that_of_a_plain_search(void **state)
{
	struct model model = {.eviction = eviction_new(ITEMS, SPAN)};
	uint64_t random = 1;
	int64_t now = NOW;

	(void)state;
	assert_non_null(model.eviction);
	for (unsigned step = 0; step < 200000; step++) {
		uint32_t item = random32(&random) % ITEMS;

		now += random32(&random) % (NS_PER_SECOND / 4);
		/* No item is silent for longer than SPAN. */
		for (uint32_t i = 0; i < ITEMS; i++) {
			if (model.present[i] && model.last[i] < now - SPAN) {
				eviction_remove(model.eviction, i);
				model.present[i] = false;
			}
		}
		if (!model.present[item]) {
			eviction_add(model.eviction, item);
			model.present[item] = model.embryonic[item] = true;
			model.added[item] = step;
		} else if (model.embryonic[item]) {
			eviction_file(model.eviction, item, (struct when){now});
			model.embryonic[item] = false;
		} else if (random32(&random) % 16 == 0) {
			eviction_remove(model.eviction, item);
			model.present[item] = false;
		}
		model.last[item] = now;
		if (random32(&random) % 8 == 0)
			check_first(&model, first(&model));
		if (random32(&random) % 4096 == 0)
			now += 40 * NS_PER_SECOND;
	}
	eviction_free(model.eviction);
}

static void a_clock_that_was_set_back_begins_anew(void **state)
{
	struct eviction *eviction = eviction_new(2, SPAN);

	(void)state;
	assert_non_null(eviction);
	eviction_add(eviction, 0);
	eviction_file(eviction, 0, (struct when){NOW});
	eviction_remove(eviction, 0);
	eviction_reset(eviction);
	for (uint32_t i = 0; i < 2; i++) {
		eviction_add(eviction, i);
		eviction_file(eviction, i, (struct when){NOW / 2 - i * NS_PER_SECOND});
	}
	assert_int_equal(eviction_first(eviction), 1);
	assert_false(eviction_is_stale(eviction, (struct when){NOW / 2 - NS_PER_SECOND}));
	assert_true(eviction_is_stale(eviction, (struct when){NOW / 2}));
	eviction_free(eviction);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_is_that_of_a_plain_search),
		cmocka_unit_test(a_clock_that_was_set_back_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
