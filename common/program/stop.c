#include "common/program/stop.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#define ONE_REQUEST_MS 500

/* A signal handler takes no argument of ours, so these are global to the module. */
static volatile sig_atomic_t requested;
static volatile sig_atomic_t signalled; /* when, in milliseconds; 0: not yet */
static volatile sig_atomic_t report;

/* Milliseconds of a clock that only goes forward, never 0; POSIX lets a handler call this. */
static unsigned now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((unsigned)now.tv_sec * 1000 + (unsigned)(now.tv_nsec / 1000000)) | 1;
}

static void on_signal(int number)
{
	if (signalled == 0)
		signalled = (sig_atomic_t)now_ms();
	else if (now_ms() - (unsigned)signalled >= ONE_REQUEST_MS)
		_exit(128 + number);
	requested = 1;
}

static void on_report(int number)
{
	(void)number;
	report = 1;
}

void stop_install(void)
{
	/* Without SA_RESTART, so that a signal ends a write that waits. */
	struct sigaction finish = {.sa_handler = on_signal};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	/* A wait ends all the same; a write to a pipe that is full must not fail. */
	struct sigaction tell = {.sa_handler = on_report, .sa_flags = SA_RESTART};
	struct sigaction before;

	sigemptyset(&finish.sa_mask);
	sigemptyset(&ignore.sa_mask);
	sigemptyset(&tell.sa_mask);
	sigaction(SIGINT, &finish, NULL);
	sigaction(SIGTERM, &finish, NULL);
	if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &finish, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGUSR1, &tell, NULL);
}

bool stop_requested(void)
{
	return requested != 0;
}

bool stop_take_report(void)
{
	/* One that comes between a test and a store that follows it anyway would be lost. */
	if (report == 0)
		return false;
	report = 0;
	return true;
}

void stop_request(void)
{
	requested = 1;
}
