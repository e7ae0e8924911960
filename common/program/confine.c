#include "common/program/confine.h"

#include "common/program/privileges.h"

int confine_enter(const char *program, bool no_seccomp, unsigned parts, bool low_port)
{
	if (privileges_drop(low_port ? PRIVILEGE_NET_BIND_SERVICE : PRIVILEGE_NONE) < 0)
		return -1;
	if (no_seccomp)
		return 0;
	return sandbox_enter(program, "--" CONFINE_OPTION, SANDBOX_FILES | parts);
}
