#include "tests/unit/producers/kube/fault_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sysexits.h>

#include <cmocka.h>

#define CALM_MS 135000 /* longer than any wait */
#define STILL_MS 15000

static void start(struct fault_script *script)
{
	script->watches =
		watches_open(&script->options, &script->access, &script->resume, script->seed++);
	assert_non_null(script->watches);
}

static void take(struct fault_script *script)
{
	struct kube_event event;
	struct fault fault;

	assert_int_equal(
		kube_event_parse(script->record.data, script->record.length, &event, &fault), 0);
	fault_judge_take(&script->judge, &event);
	resume_take(&script->resume, "c", &event);
	kube_event_clear(&event);
}

static void turn(struct fault_script *script)
{
	enum watches_status status;

	assert_int_equal(watches_ask(script->watches, fake_clocks()), 0);
	assert_int_equal(watches_turn(script->watches, -1), 0);
	for (;;) {
		text_clear(&script->record);
		status = watches_next(script->watches, fake_clocks(), &script->record);
		if (status != WATCHES_RECORD)
			break;
		take(script);
		if (script->kill_after > 0 && --script->kill_after == 0) {
			watches_close(script->watches);
			start(script);
		}
	}
	if (status == WATCHES_BROKEN) {
		/* An account that is refused at the start ends the program; it is started again. */
		assert_int_equal(watches_exit_code(script->watches), EX_NOPERM);
		watches_close(script->watches);
		start(script);
	}
}

/* Commits what a cluster does in PASSED_NS. */
static void commit(int64_t passed_ns, uint64_t activity)
{
	/* In 100 s. The last is everything else, such as leases. */
	static const uint64_t rates[KUBE_RESOURCES + 1] = {300, 30, 150, 20, 3, 60, 10, 300};

	for (int r = 0; r <= KUBE_RESOURCES; r++)
		if (fake_draw(100 * (uint64_t)NS_PER_SECOND) <
		    (uint64_t)passed_ns * rates[r] * activity)
			fake_commit((enum kube_resource)r);
}

struct fault_script *fault_script_start(uint64_t seed, bool multiplexed, int64_t sync_interval_ns)
{
	static char server[] = "https://fake", source[] = "a test";
	struct fault_script *script = calloc(1, sizeof(*script));

	assert_non_null(script);
	fake_start(seed);
	script->options = (struct watches_options){
		.cluster = "c",
		.progress_interval_ns = NS_PER_SECOND,
		.sync_interval_ns = sync_interval_ns,
	};
	script->access = (struct access){.server = server, .source = source};
	script->seed = seed;
	script->kill_after = -1;
	script->activity = 1;
	fault_judge_init(&script->judge);
	text_init(&script->record, 1u << 20);
	resume_init(&script->resume);
	for (int i = 0; i < 200; i++)
		fake_commit((enum kube_resource)fake_draw(KUBE_RESOURCES));
	fake_age();
	fake_api_start(multiplexed);
	start(script);
	return script;
}

void fault_script_run(struct fault_script *script, int64_t ms)
{
	struct when end = when_add(fake_clocks()->tick, ms * NS_PER_MS);

	while (when_before(fake_clocks()->tick, end)) {
		struct when before = fake_clocks()->tick;

		turn(script);
		commit(when_since(fake_clocks()->tick, before), script->activity);
	}
}

size_t fault_script_end(struct fault_script *script)
{
	size_t unwritten;

	fault_script_run(script, CALM_MS);
	script->activity = 0;
	fault_script_run(script, STILL_MS);
	unwritten = fault_judge_check(&script->judge);
	if (when_since(fake_clocks()->wall, fault_judge_known(&script->judge)) > 5 * NS_PER_SECOND)
		fail_msg("known has stopped");
	watches_close(script->watches);
	text_free(&script->record);
	fault_judge_free(&script->judge);
	free(script);
	fake_end();
	return unwritten;
}
