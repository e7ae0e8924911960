/* files.h - the packets of several capture files, one file after the other.
 *
 * (1) The files are read in the order of their first frames, so that a capture in many files is one
 *     capture. They are not merged: files whose times overlap give steps back in time.
 */
#ifndef TENURE_FLOWS_FILES_H
#define TENURE_FLOWS_FILES_H

#include "common/program/settings.h"
#include "producers/flows/savefile.h"

struct files;

/* Borrows OPTIONS, PATHS and INTERFACES. Returns NULL and the exit code on failure (logged). */
struct files *files_open(const struct settings_list *paths, const struct savefile_options *options,
			 struct interfaces *interfaces, int *exit_code);
void files_close(struct files *files);

/* As savefile_read(); the end is that of the last file, or a file that cannot be opened again
 * (logged, and the exit code is set). */
enum capture_status files_read(struct files *files, struct packet *packets, size_t max,
			       size_t *count);
int files_exit_code(const struct files *files);
/* Bytes of all files that were read, and that there are; *TOTAL is 0 if that is not known. */
void files_progress(const struct files *files, uint64_t *done, uint64_t *total);
void files_get_stats(const struct files *files, struct capture_stats *stats);

#endif
