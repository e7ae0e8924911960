/* run_options.h - the options that outputs were made with.
 *
 * In the file form a run goes on behind what stands in its outputs, so they would be the
 * answers to two questions where the second run had other options. The options that an
 * answer depends on, or whether there is one, stand in the state directory, one
 * "NAME VALUE" a line in the file "options".
 *
 * (1) The file is replaced whole: a killed process leaves the old one or the new one.
 */
#ifndef TENURE_RUN_OPTIONS_H
#define TENURE_RUN_OPTIONS_H

#include <stdbool.h>

#include "common/base/when.h"
#include "common/program/settings.h"
#include "common/timeline/timeline.h"

struct run_options {
	const struct timeline_options *options;
	const char *clock;                  /* its name */
	const struct settings_list *ranges; /* as they were given */
	bool hindsight;
	struct when since, until; /* WHEN_MIN, WHEN_MAX for none */
};

/* Compares with what OUTPUTS ("a and b", for the message) were made with where they are
 * BEGUN, and keeps what is NOW in the directory STATE. 0, or the exit code after
 * logging. */
int run_options_keep(const struct run_options *now, const char *state, bool begun,
		     const char *outputs);

#endif
