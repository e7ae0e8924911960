/* manual.h - what --help and the manual page say about tenure-lookup as a whole. */
#ifndef TENURE_LOOKUP_MANUAL_H
#define TENURE_LOOKUP_MANUAL_H

#include "common/program/settings.h"

extern const struct settings_manual manual;

#endif
