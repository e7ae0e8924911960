/* manual.h - what --help and the manual page say about tenure-enrich as a whole. */
#ifndef TENURE_ENRICH_MANUAL_H
#define TENURE_ENRICH_MANUAL_H

#include "common/program/settings.h"

extern const struct settings_manual manual;

#endif
