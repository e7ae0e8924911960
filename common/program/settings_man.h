/* settings_man.h - the manual page of a program in mdoc(7), to standard output.
 *
 * ROWS ends with SETTING_END.
 */
#ifndef TENURE_SETTINGS_MAN_H
#define TENURE_SETTINGS_MAN_H

#include "common/program/settings.h"

void settings_man(const struct settings_manual *manual, const struct setting *rows);

#endif
