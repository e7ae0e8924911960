/* settings_help.h - what --help prints, to standard output.
 *
 * Only settings.c calls it: the heading and the program's rows, then the rows
 * that every program has, then what holds for all of them.
 */
#ifndef TENURE_SETTINGS_HELP_H
#define TENURE_SETTINGS_HELP_H

#include "common/program/settings.h"

void settings_help(const struct settings_manual *manual, const struct setting *table);
/* The rows of TABLE alone, each with the default that its variable holds. */
void settings_help_rows(const struct setting *table);
void settings_help_end(void);

#endif
