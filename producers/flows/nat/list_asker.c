#include "producers/flows/nat/list_asker.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/program/log.h"
#include "common/program/privileges.h"

struct request {
	struct nlmsghdr header;
	struct nfgenmsg family;
};

/* In the child. Ends when the parent's end of PIPE is closed. */
static void serve(int pipe, int fd)
{
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	const struct request request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.family = {.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0},
	};
	char byte;

	for (;;) {
		ssize_t length = read(pipe, &byte, 1);

		if (length == 0 || (length < 0 && errno != EINTR))
			return;
		if (length == 1 && sendto(fd, &request, sizeof(request), 0,
					  (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
			return;
	}
}

/* Leaves the child nothing but PIPE, FD and CAP_NET_ADMIN, and standard error to say why it failed. */
static bool confine(int pipe, int fd, pid_t parent)
{
	long most = sysconf(_SC_OPEN_MAX);

	for (int i = 0; i < (most < 4096 ? most : 4096); i++) {
		if (i != pipe && i != fd && i != STDERR_FILENO)
			close(i);
	}
	/* A terminal's Ctrl-C is for the parent, which decides when the capture ends. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent &&
	       privileges_drop(PRIVILEGE_NET_ADMIN) == 0;
}

int list_asker_start(struct list_asker *asker, int fd)
{
	pid_t parent = getpid();
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		log_error("cannot make a pipe: %s", strerror(errno));
		return -1;
	}
	asker->child = fork();
	if (asker->child == 0) {
		if (confine(ends[1], fd, parent))
			serve(ends[1], fd);
		_exit(0);
	}
	close(ends[1]);
	asker->pipe = ends[0];
	if (asker->child > 0)
		return 0;
	log_error("cannot start a process: %s", strerror(errno));
	asker->child = 0;
	close(asker->pipe);
	return -1;
}

void list_asker_stop(struct list_asker *asker)
{
	if (asker->child == 0)
		return;
	close(asker->pipe);
	while (waitpid(asker->child, NULL, 0) < 0 && errno == EINTR)
		;
	asker->child = 0;
}

int list_asker_ask(const struct list_asker *asker)
{
	if (send(asker->pipe, "", 1, MSG_NOSIGNAL) == 1)
		return 0;
	log_error("the process that asks for conntrack's list has ended");
	return -1;
}
