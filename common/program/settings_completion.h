/* settings_completion.h - what completes a program's options in a shell, to standard output.
 *
 * ROWS ends with SETTING_END.
 */
#ifndef TENURE_SETTINGS_COMPLETION_H
#define TENURE_SETTINGS_COMPLETION_H

#include "common/program/settings.h"

void settings_completion_bash(const struct settings_manual *manual, const struct setting *rows);
void settings_completion_zsh(const struct settings_manual *manual, const struct setting *rows);

#endif
