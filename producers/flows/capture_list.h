/* capture_list.h - the interfaces that can be captured on. */
#ifndef TENURE_FLOWS_CAPTURE_LIST_H
#define TENURE_FLOWS_CAPTURE_LIST_H

/* Prints them to standard output, as tcpdump -D does. Returns EX_OK or the exit code (logged). */
int capture_list(void);

#endif
