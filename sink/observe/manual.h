/* manual.h - what --help and the manual page say about tenure-observe as a whole. */
#ifndef TENURE_OBSERVE_MANUAL_H
#define TENURE_OBSERVE_MANUAL_H

#include "common/program/settings.h"

extern const struct settings_manual manual;

#endif
