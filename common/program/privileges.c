#include "common/program/privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/program/log.h"

static int drop_bounding_set(enum privilege kept)
{
	/* The number of capabilities depends on the kernel; reading fails after the last. */
	for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++) {
		if (kept != PRIVILEGE_NONE && i == (unsigned long)kept)
			continue;
		/* Dropping needs CAP_SETPCAP. Without it, no_new_privs and empty sets make
		 * the bounding set useless. */
		if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) != 0 && errno != EPERM)
			return -1;
	}
	return 0;
}

void privileges_raise(enum privilege privilege)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, held) != 0)
		return; /* what needs it says so */
	held[0].effective |= held[0].permitted & 1u << (unsigned)privilege;
	syscall(SYS_capset, &header, held);
}

int privileges_drop(enum privilege kept)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3];
	struct __user_cap_data_struct wanted[_LINUX_CAPABILITY_U32S_3] = {0};
	int rc = -1;

	if (syscall(SYS_capget, &header, held) != 0)
		goto out;
	if (kept != PRIVILEGE_NONE) {
		wanted[0].permitted = held[0].permitted & 1u << (unsigned)kept;
		wanted[0].effective = wanted[0].permitted;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || drop_bounding_set(kept) < 0)
		goto out;
	/* Kernels before 4.3 have no ambient set. */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL)
		goto out;
	if (syscall(SYS_capset, &header, wanted) != 0)
		goto out;
	rc = 0;
out:
	if (rc != 0)
		log_error("cannot give up privileges: %s", strerror(errno));
	return rc;
}
