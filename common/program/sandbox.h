/* sandbox.h - the system calls that are left to a program once it has started (seccomp).
 *
 * What the parts below do not need is refused by the kernel: above all running another program, making another process,
 * writing to a file that is not open, and tracing. A program that is taken over by what it reads cannot do more than that.
 *
 * (1) A call that is not allowed ends the program with the status EX_SOFTWARE and one line on standard error that
 *     names the call; the kernel's log has it too. A thread that blocks SIGSYS ends it without the line.
 * (2) It holds for all threads, those that are there and those to come, and cannot be undone.
 * (3) fork() and the like fail with EPERM.
 */
#ifndef TENURE_SANDBOX_H
#define TENURE_SANDBOX_H

/* 1 in a build with the address sanitizer: what that calls is allowed too, such as fork() and ptrace(). */
#if defined(__SANITIZE_ADDRESS__)
#define SANDBOX_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED 0
#endif

/* What a program still does. Each includes memory, threads, clocks, signals, and reading and writing what is open. */
enum sandbox_part {
	SANDBOX_FILES = 1 << 0,   /* opens files to read them */
	SANDBOX_NETWORK = 1 << 1, /* connects to servers, by name: a client of Kafka */
	SANDBOX_CAPTURE = 1 << 2, /* opens interfaces to capture on them */
	SANDBOX_SERVING = 1 << 4, /* answers at the sockets that listen already */
};

/* Leaves PARTS of enum sandbox_part to PROGRAM, whose name the line (1) begins with. OPTION is that which starts PROGRAM
 * without a sandbox, for messages. Returns -1 if the kernel refuses (logged). */
int sandbox_enter(const char *program, const char *option, unsigned parts);

#endif
