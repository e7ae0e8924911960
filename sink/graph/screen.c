#include "sink/graph/screen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/program/log.h"

/* ECMA-48: cursor home, erase to the end of the display. */
#define CLEAR_SCREEN "\033[H\033[J"

bool screen_is_terminal(void)
{
	return isatty(STDOUT_FILENO) == 1;
}

size_t screen_rows(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

enum screen_status screen_show(const struct text *text, bool clear)
{
	if (clear)
		fputs(CLEAR_SCREEN, stdout);
	fwrite(text->data, 1, text->length, stdout);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return SCREEN_SHOWN;
	if (errno == EPIPE)
		return SCREEN_CLOSED;
	log_error("standard output: %s", strerror(errno));
	return SCREEN_BROKEN;
}
