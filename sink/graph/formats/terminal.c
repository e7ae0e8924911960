#include "sink/graph/formats/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

void terminal_open(struct terminal *terminal)
{
	struct termios keys;

	terminal->fd = open("/dev/tty", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (terminal->fd < 0)
		return;
	/* A job in the background would be stopped. */
	if (tcgetpgrp(terminal->fd) != getpgrp() ||
	    tcgetattr(terminal->fd, &terminal->before) < 0) {
		close(terminal->fd);
		terminal->fd = -1;
		return;
	}
	keys = terminal->before;
	keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(terminal->fd, TCSANOW, &keys);
}

void terminal_close(struct terminal *terminal)
{
	if (terminal->fd < 0)
		return;
	tcsetattr(terminal->fd, TCSANOW, &terminal->before);
	close(terminal->fd);
	terminal->fd = -1;
}

char terminal_key(struct terminal *terminal)
{
	char key;

	return terminal->fd >= 0 && read(terminal->fd, &key, 1) == 1 ? key : '\0';
}

void terminal_size(size_t *lines, size_t *columns)
{
	struct winsize size;

	*lines = *columns = 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return;
	*lines = size.ws_row;
	*columns = size.ws_col;
}
