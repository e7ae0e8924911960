#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/program/stop.h"

/* Runs BODY in a child and returns its exit status. */
static int in_child(int (*body)(void))
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(body());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int one_signal(void)
{
	stop_install();
	if (stop_requested())
		return 1;
	raise(SIGTERM);
	return stop_requested() ? 0 : 2;
}

static int the_terminal_is_gone(void)
{
	stop_install();
	raise(SIGHUP);
	return stop_requested() ? 0 : 1;
}

static int under_nohup(void)
{
	signal(SIGHUP, SIG_IGN);
	stop_install();
	raise(SIGHUP);
	return stop_requested() ? 1 : 0;
}

static int two_signals(void)
{
	stop_install();
	raise(SIGINT);
	while (stop_requested())
		raise(SIGTERM);
	return 3;
}

/* As timeout(1) does. */
static int one_request_twice(void)
{
	stop_install();
	raise(SIGTERM);
	raise(SIGTERM);
	return stop_requested() ? 0 : 7;
}

static int asked_then_signal(void)
{
	stop_install();
	stop_request();
	raise(SIGINT);
	return stop_requested() ? 0 : 4;
}

static int broken_pipe(void)
{
	int ends[2];

	stop_install();
	if (pipe(ends) != 0 || close(ends[0]) != 0)
		return 5;
	return write(ends[1], "x", 1) == -1 && !stop_requested() ? 0 : 6;
}

/* A child asks its parent, which waits for room in a pipe, several times, and then reads what is in the pipe. The first time
 * ends a write that has put something. */
static int asked_while_a_pipe_is_full(void)
{
	static char bytes[1 << 20];
	size_t length = 0;
	ssize_t more;
	int ends[2];

	stop_install();
	if (pipe(ends) != 0)
		return 5;
	if (fork() == 0) {
		close(ends[1]);
		for (int i = 0; i < 5; i++) {
			poll(NULL, 0, 20);
			kill(getppid(), SIGUSR1);
		}
		while (read(ends[0], bytes, sizeof(bytes)) > 0)
			;
		_exit(0);
	}
	close(ends[0]);
	for (; length < sizeof(bytes); length += (size_t)more) {
		more = write(ends[1], bytes + length, sizeof(bytes) - length);
		if (more < 0)
			return 6;
	}
	return stop_take_report() && !stop_take_report() ? 0 : 7;
}

static void the_first_signal_asks_and_the_second_ends(void **state)
{
	(void)state;
	assert_int_equal(in_child(one_signal), 0);
	assert_int_equal(in_child(one_request_twice), 0);
	assert_int_equal(in_child(two_signals), 128 + SIGTERM);
	assert_int_equal(in_child(the_terminal_is_gone), 0);
	assert_int_equal(in_child(under_nohup), 0);
}

static void a_request_by_the_program_does_not_count_as_a_signal(void **state)
{
	(void)state;
	assert_int_equal(in_child(asked_then_signal), 0);
}

static void a_closed_pipe_is_an_error_and_not_a_signal(void **state)
{
	(void)state;
	assert_int_equal(in_child(broken_pipe), 0);
}

static void asking_for_counters_interrupts_no_write(void **state)
{
	(void)state;
	assert_int_equal(in_child(asked_while_a_pipe_is_full), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_signal_asks_and_the_second_ends),
		cmocka_unit_test(a_request_by_the_program_does_not_count_as_a_signal),
		cmocka_unit_test(a_closed_pipe_is_an_error_and_not_a_signal),
		cmocka_unit_test(asking_for_counters_interrupts_no_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
