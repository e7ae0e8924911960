#include "common/program/stop.h"

#include <signal.h>
#include <unistd.h>

/* A signal handler takes no argument of ours, so these are global to the module. */
static volatile sig_atomic_t requested;
static volatile sig_atomic_t signalled;

static void on_signal(int number)
{
	if (signalled)
		_exit(128 + number);
	signalled = 1;
	requested = 1;
}

void stop_install(void)
{
	/* Without SA_RESTART, so that a signal ends a wait. */
	struct sigaction finish = {.sa_handler = on_signal};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigemptyset(&finish.sa_mask);
	sigemptyset(&ignore.sa_mask);
	sigaction(SIGINT, &finish, NULL);
	sigaction(SIGTERM, &finish, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

bool stop_requested(void)
{
	return requested != 0;
}

void stop_request(void)
{
	requested = 1;
}
