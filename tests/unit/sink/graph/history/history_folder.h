/* history_folder.h - a history in a temporary folder, and the slices that were added to it, for the
 * tests of the history. */
#ifndef TENURE_TESTS_HISTORY_FOLDER_H
#define TENURE_TESTS_HISTORY_FOLDER_H

#include "sink/graph/history/history.h"

#define DAY (86400 * INT64_C(1))
#define START (20000 * DAY) /* 2024-10-04 */
#define SLICES 3000

struct history_folder {
	char parent[64], path[80];
	struct end_table ends;
	struct conversation_slice *slices[SLICES]; /* all that history_folder_slice() made */
	size_t count;
	uint64_t random;
};

/* For cmocka: *STATE is the folder. */
int history_folder_set_up(void **state);
int history_folder_tear_down(void **state);

/* A number below BELOW, the same in each run. */
uint64_t history_folder_draw(struct history_folder *folder, uint64_t below);
/* Opens the history with a retention of DAYS. */
struct history *history_folder_open(struct history_folder *folder, int64_t days);
/* The index of the pod NUMBER in ENDS. */
int32_t history_folder_pod(struct history_folder *folder, unsigned number);
/* A slice that ends at SECONDS after START, between drawn pods. */
struct conversation_slice *history_folder_slice(struct history_folder *folder, int64_t seconds);
/* Notes a record from FROM to TO seconds after START. */
void history_folder_cover(struct history *history, int64_t from, int64_t to);
struct when history_folder_time(int64_t seconds);

#endif
