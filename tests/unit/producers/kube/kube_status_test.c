#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "producers/kube/kube_status.h"

/* What the watches say. */
static struct watches_state said;

void watches_get_state(const struct watches *watches, struct watches_state *state)
{
	(void)watches;
	*state = said;
}

static bool is_ready(struct kube_status *status, const char *condition)
{
	struct text text;
	bool ready;

	text_init(&text, 10000);
	ready = status->source.is_ready(status, &text);
	text_add(&text, "", 1);
	assert_non_null(strstr(text.data, condition));
	text_free(&text);
	return ready;
}

/* Watches that are open, and the last PROGRESS that was handed to the output. */
static void say(struct kube_status *status, struct when known)
{
	static int any;

	said = (struct watches_state){.known = known};
	for (int r = 0; r < KUBE_RESOURCES; r++)
		said.open[r] = true;
	if (status->watches == NULL)
		kube_status_lead(status, (const struct watches *)(void *)&any, KUBE_LEADING);
}

static void it_is_ready_once_the_output_has_a_progress(void **state)
{
	(void)state;
	struct kube_status status;

	kube_status_init(&status);
	say(&status, WHEN_MIN);
	assert_false(is_ready(&status, "[-] no PROGRESS was written yet"));
	kube_status_delivered(&status);
	assert_false(is_ready(&status, "[-] the output has no PROGRESS of this process yet"));
	/* It is being committed. */
	say(&status, (struct when){100});
	assert_false(is_ready(&status, "[-] the output has no PROGRESS of this process yet"));
	kube_status_delivered(&status);
	assert_true(is_ready(&status, "[+] the output takes PROGRESS"));
	/* Another turn has nothing yet. */
	kube_status_lead(&status, NULL, KUBE_JOINING);
	say(&status, (struct when){200});
	assert_false(is_ready(&status, "[-] the output has no PROGRESS of this process yet"));
}

static void a_broker_may_take_its_time(void **state)
{
	(void)state;
	struct kube_status status;

	kube_status_init(&status);
	say(&status, (struct when){100});
	kube_status_delivered(&status);
	say(&status, (struct when){200});
	assert_true(is_ready(&status, "[+] the output takes PROGRESS"));
	status.delivered_at = when_add(status.delivered_at, -KUBE_STATUS_STALL_NS);
	assert_false(is_ready(&status, "[-] the output has taken no PROGRESS for 10 s"));
	kube_status_delivered(&status);
	assert_true(is_ready(&status, "[+] the output takes PROGRESS"));
}

static void known_is_what_the_output_has(void **state)
{
	(void)state;
	struct kube_status status;
	struct text text;

	kube_status_init(&status);
	say(&status, (struct when){100 * NS_PER_SECOND});
	kube_status_delivered(&status);
	say(&status, (struct when){200 * NS_PER_SECOND});
	text_init(&text, 100000);
	status.source.add_metrics(&status, &text);
	text_add(&text, "", 1);
	assert_non_null(strstr(text.data, "\ntenure_known_timestamp_seconds 100"));
	text_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_ready_once_the_output_has_a_progress),
		cmocka_unit_test(a_broker_may_take_its_time),
		cmocka_unit_test(known_is_what_the_output_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
