#include "producers/flows/link_watch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

int link_watch_open(void)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0)
		return -1;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

bool link_watch_read(int fd)
{
	char message[8192];
	bool any = false;

	for (;;) {
		ssize_t length = recv(fd, message, sizeof(message), 0);

		/* ENOBUFS: notices were lost, so there were some. */
		if (length <= 0 && errno != ENOBUFS)
			return any;
		any = true;
	}
}
