/* What is left in the sandbox, and what ends the process. */
#define _GNU_SOURCE /* clone, socket types */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "common/program/sandbox.h"

static int read_file(void)
{
	char byte;
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	return fd >= 0 && read(fd, &byte, 1) == 1 && close(fd) == 0;
}

static int write_file(void)
{
	return open("/dev/null", O_WRONLY | O_CLOEXEC) >= 0;
}

static int make_file(void)
{
	return open("/dev/null", O_RDONLY | O_CREAT | O_CLOEXEC, 0600) >= 0;
}

static void *set_flag(void *flag)
{
	*(int *)flag = 1;
	return NULL;
}

static int make_thread(void)
{
	pthread_t thread;
	int flag = 0;

	return pthread_create(&thread, NULL, set_flag, &flag) == 0 &&
	       pthread_join(thread, NULL) == 0 && flag == 1;
}

static void *do_make_file(void *flag)
{
	*(int *)flag = make_file();
	return NULL;
}

static int make_file_in_a_thread(void)
{
	pthread_t thread;
	int flag = 0;

	return pthread_create(&thread, NULL, do_make_file, &flag) == 0 &&
	       pthread_join(thread, NULL) == 0;
}

static int run_program(void)
{
	return execl("/bin/true", "true", (char *)NULL);
}

static int make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0;
}

static int make_packet_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) >= -1;
}

static int serve(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return listen(fd, 1) == 0;
}

static int take_keys(void)
{
	struct termios modes = {0};

	return tcsetattr(STDIN_FILENO, TCSANOW, &modes) <= 0;
}

static int find_host(void)
{
	struct addrinfo *found = NULL;
	int rc = getaddrinfo("localhost", "9092", NULL, &found);

	if (rc == 0)
		freeaddrinfo(found);
	return rc == 0;
}

static int make_process(void)
{
	return fork() < 0 && errno == EPERM;
}

static int trace(void)
{
	return ptrace(PTRACE_ATTACH, 1, NULL, NULL) == 0;
}

static int nothing(void)
{
	return 1;
}

/* Runs ACT in a sandbox with PARTS. Returns the exit status, 0 if it was allowed, and what was said in TEXT. */
static int run(unsigned parts, int (*act)(void), char *text, size_t size)
{
	int ends[2], status = -1;
	ssize_t length;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		if (sandbox_enter("tenure-test", "--no-seccomp", parts) < 0)
			_exit(99);
		_exit(act() ? 0 : 1);
	}
	close(ends[1]);
	length = read(ends[0], text, size - 1);
	while (length > 0 && length < (ssize_t)size - 1) {
		ssize_t more = read(ends[0], text + length, size - 1 - (size_t)length);

		if (more <= 0)
			break;
		length += more;
	}
	text[length > 0 ? length : 0] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void what_a_program_needs_is_allowed(void **state)
{
	static const struct {
		unsigned parts;
		int (*act)(void);
		bool plain; /* not with sanitizers */
	} cases[] = {
		{0, nothing, false},
		{0, make_thread, false},
		{SANDBOX_FILES, read_file, false},
		{SANDBOX_WRITING, write_file, false},
		{SANDBOX_WRITING, make_file, false},
		{SANDBOX_SERVING, serve, false},
		{SANDBOX_TERMINAL, take_keys, false},
		{SANDBOX_NETWORK, make_socket, false},
		{SANDBOX_NETWORK, find_host, false},
		{SANDBOX_NETWORK, make_thread, false},
		{SANDBOX_CAPTURE, make_packet_socket, false},
		{SANDBOX_CAPTURE | SANDBOX_NETWORK | SANDBOX_FILES, find_host, false},
		{SANDBOX_FILES, make_process, true},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int status = 0;

		if (!cases[i].plain || !SANDBOX_SANITIZED)
			status = run(cases[i].parts, cases[i].act, text, sizeof(text));
		if (status != 0)
			print_error("case %zu: %s\n", i, text);
		assert_int_equal(status, 0);
	}
}

static void another_call_ends_the_process_with_its_name(void **state)
{
	static const struct {
		unsigned parts;
		int (*act)(void);
		const char *name;
		bool plain; /* not with sanitizers */
	} cases[] = {
		{SANDBOX_FILES, write_file, "openat", false},
		{SANDBOX_FILES, make_file, "openat", false},
		{SANDBOX_FILES, make_file_in_a_thread, "openat", false},
		{SANDBOX_FILES | SANDBOX_NETWORK | SANDBOX_CAPTURE, run_program, "execve", false},
		{SANDBOX_FILES, make_socket, "socket", false},
		{SANDBOX_NETWORK, make_packet_socket, "socket", false},
		{SANDBOX_NETWORK, serve, "listen", false},
		{SANDBOX_WRITING | SANDBOX_SERVING, run_program, "execve", false},
		{SANDBOX_WRITING, serve, "socket", false},
		{SANDBOX_NETWORK, take_keys, "ioctl", false},
		{SANDBOX_FILES, trace, "ptrace", true},
		{0, read_file, "openat", true},
	};
	char text[512], wanted[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].plain && SANDBOX_SANITIZED)
			continue;
		assert_int_equal(run(cases[i].parts, cases[i].act, text, sizeof(text)),
				 EX_SOFTWARE);
		snprintf(wanted, sizeof(wanted),
			 "tenure-test: the sandbox does not allow the system call %s (",
			 cases[i].name);
		if (strstr(text, wanted) != text || strstr(text, "--no-seccomp") == NULL)
			print_error("case %zu: %s\n", i, text);
		assert_ptr_equal(strstr(text, wanted), text);
		assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_program_needs_is_allowed),
		cmocka_unit_test(another_call_ends_the_process_with_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
