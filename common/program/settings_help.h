/* settings_help.h - what --help prints to standard output. ROWS ends with SETTING_END. */
#ifndef TENURE_SETTINGS_HELP_H
#define TENURE_SETTINGS_HELP_H

#include "common/program/settings.h"

void settings_help(const struct settings_manual *manual, const struct setting *rows);

#endif
