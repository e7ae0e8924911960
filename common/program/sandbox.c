#include "common/program/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/program/log.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41 /* Linux 5.17: glibc names its memory */
#endif

#define NUMBERS 512 /* of system calls; each has one below this on the architectures of Debian */
#define NAME_SIZE 32
#define TEXT_SIZE 160

/* A signal handler takes no argument of ours, and cannot look up a name, so these are global to the module. */
static char names[NUMBERS][NAME_SIZE];
static char before[TEXT_SIZE], after[TEXT_SIZE];

/* A call that this architecture, or this version of libseccomp, does not have is left out. */
static const char *const always[] = {
	/* memory */
	"brk",
	"mmap",
	"mmap2",
	"munmap",
	"mremap",
	"mprotect",
	"madvise",
	/* threads */
	"futex",
	"futex_time64",
	"set_robust_list",
	"get_robust_list",
	"rseq",
	"exit",
	"exit_group",
	"sched_yield",
	"sched_getaffinity",
	"gettid",
	"getpid",
	"getppid",
	"membarrier",
	/* clocks */
	"clock_gettime",
	"clock_gettime64",
	"clock_getres",
	"gettimeofday",
	"time",
	"nanosleep",
	"clock_nanosleep",
	"clock_nanosleep_time64",
	/* signals */
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"sigreturn",
	"sigaltstack",
	"tgkill",
	"restart_syscall",
	/* what is open */
	"read",
	"readv",
	"pread64",
	"write",
	"writev",
	"pwrite64",
	"close",
	"lseek",
	"_llseek",
	"fstat",
	"fstat64",
	"fcntl",
	"fcntl64",
	"dup",
	"poll",
	"ppoll",
	"ppoll_time64",
	"select",
	"_newselect",
	"pselect6",
	"fsync",
	"fdatasync",
	"ftruncate",
	"flock",
	/* a child that was there before */
	"wait4",
	/* the libraries ask */
	"getrandom",
	"getuid",
	"geteuid",
	"getgid",
	"getegid",
	"getuid32",
	"geteuid32",
	"getgid32",
	"getegid32",
	"uname",
	"sysinfo",
	"getrlimit",
	"ugetrlimit",
	"prlimit64",
	"getrusage",
	NULL,
};

static const char *const files[] = {
	"stat",   "stat64",    "lstat",      "lstat64",   "newfstatat", "fstatat64", "statx",
	"access", "faccessat", "faccessat2", "readlink",  "readlinkat", "getcwd",    "getdents64",
	"statfs", "statfs64",  "fstatfs",    "fstatfs64", "fadvise64",  NULL,
};

static const char *const sockets[] = {
	"socketpair", "connect",       "bind",      "getsockname", "getpeername", "setsockopt",
	"getsockopt", "sendto",        "send",      "sendmsg",     "sendmmsg",    "recvfrom",
	"recv",       "recvmsg",       "recvmmsg",  "shutdown",    "pipe",        "pipe2",
	"eventfd2",   "epoll_create1", "epoll_ctl", "epoll_wait",  "epoll_pwait", NULL,
};

/* What comes to a socket that listens, and how libmicrohttpd waits for it and answers. */
static const char *const serving[] = {
	"accept",   "accept4",   "getsockname", "getpeername", "setsockopt", "getsockopt",
	"sendto",   "send",      "sendmsg",     "recvfrom",    "recv",       "recvmsg",
	"shutdown", "epoll_ctl", "epoll_wait",  "epoll_pwait", NULL,
};

/* LeakSanitizer stops the other threads from a process of its own. */
static const char *const sanitizers[] = {
	"clone",       "clone3", "ptrace", "getdents", "prctl", "process_vm_readv",
	"personality", "pipe2",  NULL,
};

static void on_refusal(int number, siginfo_t *info, void *context)
{
	char digits[16];
	size_t at = sizeof(digits);
	unsigned call = (unsigned)info->si_syscall;
	const char *name = call < NUMBERS ? names[call] : "";
	const char *parts[] = {before, name, " (", NULL, after};

	(void)number;
	(void)context;
	digits[--at] = '\0';
	do
		digits[--at] = (char)('0' + call % 10);
	while ((call /= 10) > 0);
	parts[3] = digits + at;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (write(STDERR_FILENO, parts[i], strlen(parts[i])) < 0)
			break;
	}
	_exit(EX_SOFTWARE);
}

static int prepare_message(const char *program, const char *option)
{
	struct sigaction refusal = {.sa_sigaction = on_refusal, .sa_flags = SA_SIGINFO};

	snprintf(before, sizeof(before), "%s: the sandbox does not allow the system call ",
		 program);
	snprintf(after, sizeof(after),
		 "); this is a bug, or an attack; %s starts without a sandbox\n", option);
	for (int i = 0; i < NUMBERS; i++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, i);

		snprintf(names[i], sizeof(names[i]), "%s", name != NULL ? name : "unknown");
		free(name);
	}
	sigemptyset(&refusal.sa_mask);
	return sigaction(SIGSYS, &refusal, NULL);
}

static int allow_all(scmp_filter_ctx filter, const char *const *calls)
{
	for (; *calls != NULL; calls++) {
		int number = seccomp_syscall_resolve_name(*calls);
		int rc = number == __NR_SCMP_ERROR
				 ? 0
				 : seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);

		if (rc < 0 && rc != -EDOM)
			return rc;
	}
	return 0;
}

/* Allows CALL if those bits of argument AT that MASK has are those of VALUE. */
static int allow_if(scmp_filter_ctx filter, int call, unsigned at, uint64_t mask, uint64_t value)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
				SCMP_CMP(at, SCMP_CMP_MASKED_EQ, mask, value));
}

static int allow_values(scmp_filter_ctx filter, int call, unsigned at, const uint64_t *values,
			size_t count)
{
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++)
		rc = allow_if(filter, call, at, UINT32_MAX, values[i]);
	return rc;
}

static int allow_threads(scmp_filter_ctx filter)
{
	static const uint64_t named[] = {PR_SET_NAME, PR_SET_VMA};
	int rc;

	if (SANDBOX_SANITIZED)
		return allow_all(filter, sanitizers);
	/* Its arguments cannot be looked at; the C library takes clone() then. */
	rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (rc == 0)
		rc = allow_if(filter, SCMP_SYS(clone), 0, CLONE_THREAD, CLONE_THREAD);
	/* The C library blocks all signals meanwhile, so no line could name these (3). */
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
				      SCMP_CMP(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(fork), 0);
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(vfork), 0);
	if (rc == 0)
		rc = allow_values(filter, SCMP_SYS(prctl), 0, named, 2);
	return rc;
}

static int allow_files(scmp_filter_ctx filter)
{
	int rc = allow_all(filter, files);

	if (rc == 0)
		rc = allow_if(filter, SCMP_SYS(openat), 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY);
	if (rc == 0)
		rc = allow_if(filter, SCMP_SYS(open), 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY);
	return rc == -EDOM ? 0 : rc;
}

static int allow_sockets(scmp_filter_ctx filter, bool capture)
{
	static const uint64_t families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET};
	size_t count = sizeof(families) / sizeof(families[0]);
	int rc = allow_all(filter, sockets);

	if (rc == 0)
		rc = allow_values(filter, SCMP_SYS(socket), 0, families, count - !capture);
	return rc;
}

static int allow(scmp_filter_ctx filter, unsigned parts)
{
	/* By their upper bytes: linux/sockios.h, linux/wireless.h. */
	static const uint64_t groups[] = {0x8900, 0x8b00};
	/* Of a terminal, and of a socket. */
	static const uint64_t requests[] = {TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO};
	bool capture = parts & SANDBOX_CAPTURE;
	int rc = allow_all(filter, always);

	if (rc == 0)
		rc = allow_threads(filter);
	if (rc == 0 && (parts != 0 || SANDBOX_SANITIZED))
		rc = allow_files(filter);
	if (rc == 0 && (capture || parts & SANDBOX_NETWORK))
		rc = allow_sockets(filter, capture);
	if (rc == 0 && parts & SANDBOX_SERVING)
		rc = allow_all(filter, serving);
	/* An interface is asked by many requests: those of sockets, and of radios. */
	for (size_t i = 0; rc == 0 && capture && i < 2; i++)
		rc = allow_if(filter, SCMP_SYS(ioctl), 1, UINT32_MAX & ~UINT64_C(0xff), groups[i]);
	if (rc == 0)
		rc = allow_values(filter, SCMP_SYS(ioctl), 1, requests,
				  sizeof(requests) / sizeof(requests[0]));
	return rc;
}

int sandbox_enter(const char *program, const char *option, unsigned parts)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
	int rc = -ENOMEM;

	if (filter != NULL)
		rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (rc == 0)
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1); /* from Linux 4.14 on */
	if (rc == 0 && prepare_message(program, option) < 0)
		rc = -errno;
	if (rc == 0)
		rc = allow(filter, parts);
	if (rc == 0)
		rc = seccomp_load(filter);
	if (rc < 0)
		log_error("cannot enter the sandbox: %s; %s starts without one", strerror(-rc),
			  option);
	seccomp_release(filter);
	return rc < 0 ? -1 : 0;
}
