#include "common/program/confine.h"

int confine_enter(const char *program, bool no_seccomp, unsigned parts, enum privilege kept)
{
	if (privileges_drop(kept) < 0)
		return -1;
	if (no_seccomp)
		return 0;
	return sandbox_enter(program, "--" CONFINE_OPTION, SANDBOX_FILES | parts);
}
