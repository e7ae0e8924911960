/* state_unused.h - removes the states under XDG_STATE_HOME that nobody has used for long.
 *
 * (1) A state is a directory NAME-HASH, of tenure-lookup, with a file "lock" in it. Its modification
 *     is when the state was last used.
 * (2) One that a process has locked is in use, however old that is.
 */
#ifndef TENURE_STATE_UNUSED_H
#define TENURE_STATE_UNUSED_H

#include "common/base/when.h"

#define STATE_UNUSED_DAYS 30

/* Removes the states in FOLDER that were not used for so long before NOW, and logs each. What cannot be
 * removed stays, which is logged. */
void state_unused_remove(const char *folder, struct when now);

#endif
