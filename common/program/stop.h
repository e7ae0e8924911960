/* stop.h - SIGINT, SIGTERM and SIGHUP ask the program to finish, SIGUSR1 for its counters; SIGPIPE is ignored.
 *
 * SIGHUP, by which a terminal says that it is gone, stays ignored if it was, as nohup(1) wants.
 *
 * A second signal, at least half a second after the first, ends the process immediately with the
 * status 128 + its number. An earlier one is the same request: timeout(1) sends each signal twice, to
 * the process and to its group.
 */
#ifndef TENURE_STOP_H
#define TENURE_STOP_H

#include <stdbool.h>

void stop_install(void);
bool stop_requested(void);
/* Whether SIGUSR1 came since the last call. */
bool stop_take_report(void);
/* Asks as a signal would, for instance after a fatal error in a callback of a library. */
void stop_request(void);

#endif
