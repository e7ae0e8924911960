/* screen.h - where the graph is shown: standard output, a terminal or not. */
#ifndef TENURE_SCREEN_H
#define TENURE_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/text.h"

bool screen_is_terminal(void);
/* Lines of the terminal, 0 when that is not known. */
size_t screen_rows(void);

enum screen_status { SCREEN_SHOWN, SCREEN_CLOSED, SCREEN_BROKEN };

/* Writes TEXT; CLEAR wipes the terminal before. SCREEN_CLOSED: nobody reads any
 * more (a pipe's other end is closed). SCREEN_BROKEN: logged. */
enum screen_status screen_show(const struct text *text, bool clear);

#endif
