/* manual.h - what --help and the manual page say about tenure-flows as a whole. */
#ifndef TENURE_FLOWS_MANUAL_H
#define TENURE_FLOWS_MANUAL_H

#include "common/program/settings.h"

extern const struct settings_manual manual;

#endif
