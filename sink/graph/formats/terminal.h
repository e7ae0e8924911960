/* terminal.h - a terminal that shows a table and reads keys.
 *
 * (1) Keys are read from the controlling terminal, not from standard input, which may be the flows.
 * (2) Keys come at once and are not shown, until terminal_close() restores what was before.
 */
#ifndef TENURE_TERMINAL_H
#define TENURE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

struct terminal {
	int fd; /* of the keys; -1: none can be read */
	struct termios before;
};

void terminal_open(struct terminal *terminal);
void terminal_close(struct terminal *terminal);

/* The next key that was pressed; '\0' if there is none. Never waits. */
char terminal_key(struct terminal *terminal);
/* Lines and columns of standard output; 0 each if that is not known. */
void terminal_size(size_t *lines, size_t *columns);

#endif
