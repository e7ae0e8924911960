/* stop.h - SIGINT and SIGTERM ask the program to finish; SIGPIPE is ignored.
 *
 * A second signal ends the process at once with 128 + its number.
 */
#ifndef TENURE_STOP_H
#define TENURE_STOP_H

#include <stdbool.h>

void stop_install(void);
bool stop_requested(void);
/* Asks as a signal would (a fatal error in a library's callback does this). */
void stop_request(void);

#endif
