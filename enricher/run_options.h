/* run_options.h - what outputs were made with: the options and, of files, the first flow.
 *
 * With files, a run continues after what is in its outputs. With other options, or with other flows, the
 * outputs would mix the answers to two questions. The state directory therefore keeps, in the
 * file "options", one "NAME VALUE" line for each option that answers depend on, then a line with
 * the hash of those, and in the file "first-flow" the hash of the first flow. If one of them is
 * missing or damaged, outputs that are begun are refused.
 *
 * (1) Each file is replaced as a whole: a killed process leaves the old one or the new one.
 */
#ifndef TENURE_RUN_OPTIONS_H
#define TENURE_RUN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/timeline/timeline_settings.h"

struct run_options {
	const struct timeline_settings *timeline; /* borrowed; its STATE is the directory */
	bool hindsight;                           /* answer every flow at the last position */
	struct when since, until;                 /* WHEN_MIN, WHEN_MAX if not given */
	int64_t revise_ns;                        /* how much later to ask again; 0: tag flows */
};

/* Compares NOW with what OUTPUTS ("a and b", for the message) were made with if they are
 * BEGUN, then keeps NOW. Returns 0, or the exit code (logged). */
int run_options_keep(const struct run_options *now, bool begun, const char *outputs);

/* The same for the hash of the first flow; FLOWS is the address of the flows. */
int run_options_keep_first_flow(const struct run_options *now, uint64_t hash, bool begun,
				const char *outputs, const char *flows);

/* Writes the name of a run on Kafka that is to do the same as another one of that name: it has the options NOW, and reads and
 * writes ADDRESSES, of which NULL is the last. -1 after logging. */
#define RUN_OPTIONS_NAME_SIZE 32
int run_options_name(const struct run_options *now, const char *const *addresses,
		     char name[static RUN_OPTIONS_NAME_SIZE]);

#endif
