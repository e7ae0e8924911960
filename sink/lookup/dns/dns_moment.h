/* dns_moment.h - the label of a name that says as of when it asks. Pure. */
#ifndef TENURE_DNS_MOMENT_H
#define TENURE_DNS_MOMENT_H

#include "sink/lookup/dns/dns_name.h"

/* What a moment looks like, for answers to one that is none. */
#define DNS_MOMENT_FORMS "a moment such as at-20261123T080000Z, at-1795420800, ago-5m"

/* Reads LABEL, in lower case: "at-" and 20261123t080000z or an instant of when_text.h that stays the same; or "ago-" and a
 * duration. Fills the moment of NAME. */
bool dns_moment_read(struct span label, struct dns_name *name);
/* Whether LABEL begins like one. */
bool dns_moment_is_meant(struct span label);

#endif
