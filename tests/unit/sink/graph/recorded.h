/* recorded.h - a recorder in a temporary folder, and tagged flows as JSON, for the tests of the recorder. */
#ifndef TENURE_TESTS_RECORDED_H
#define TENURE_TESTS_RECORDED_H

#include "sink/graph/recorder.h"

#define RECORDED_NOW ((struct when){2000000000 * NS_PER_SECOND})

/* Makes an empty folder PARENT[64], which recorded_remove() removes with what is in it. */
void recorded_make(char parent[static 64]);
void recorded_remove(const char *parent);
/* Opens a recorder on the folder "state" in PARENT that holds HELD records. NULL after logging. */
struct recorder *recorded_open(const char *parent, int64_t held);
/* Adds the record OFFSET: a flow from a port of its own that ends at SECONDS; of less than 0, one that cannot be read. */
int recorded_add(struct recorder *recorder, int64_t offset, int64_t seconds);
/* The flows that RECORDER shows of everything since the history began. */
uint64_t recorded_flows(struct recorder *recorder);

#endif
