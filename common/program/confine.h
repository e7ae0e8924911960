/* confine.h - what a program gives up before it opens anything: its privileges, and the system calls that it does not
 * need.
 *
 * A thread keeps the privileges that it is made with, so this comes before the first one. A process of root then opens
 * only what its user may, as any other does: files of other users are closed to it unless their modes say otherwise.
 */
#ifndef TENURE_CONFINE_H
#define TENURE_CONFINE_H

#include <stdbool.h>

#include "common/program/privileges.h"
#include "common/program/sandbox.h"
#include "common/program/settings.h"

#define CONFINE_OPTION "no-seccomp"

/* A row of the program's table. */
#define CONFINE_SETTING(no_seccomp)                   \
	SETTING_BOOL(CONFINE_OPTION, 0, (no_seccomp), \
		     "do not have the kernel refuse system calls that are not needed")

/* Leaves PROGRAM the parts of enum sandbox_part in PARTS, and SANDBOX_FILES, unless NO_SECCOMP; and no privilege but
 * KEPT, if it is held: that of listen_privilege(), or what a capture needs. Returns -1 after logging. */
int confine_enter(const char *program, bool no_seccomp, unsigned parts, enum privilege kept);

#endif
