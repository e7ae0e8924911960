#define _GNU_SOURCE /* recvmmsg */
#include "sink/lookup/dns/dns_udp.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sink/lookup/dns/dns_packet.h"
#include "sink/lookup/dns/dns_peer.h"

#define BATCH 64
#define BATCHES 4 /* in a turn, so that nothing else waits for long */
#define RECEIVE_BUFFER (1 << 20)
#define QUESTION_MAX 4096
#define CONTROL_MAX 64 /* for which of our addresses a question was meant */
#define KEPT_QUESTION_MAX 512

/* One datagram and where it came from. The answer goes back with the same control data, so it comes from
 * the address that was asked. */
struct datagram {
	struct sockaddr_storage peer;
	uint8_t control[CONTROL_MAX];
	uint8_t question[QUESTION_MAX];
	uint8_t answer[DNS_UDP_MAX];
};

struct waiting {
	struct sockaddr_storage peer;
	socklen_t peer_length;
	uint8_t control[CONTROL_MAX];
	size_t control_length;
	uint8_t question[KEPT_QUESTION_MAX];
	size_t length; /* 0: the place is free */
};

struct dns_udp {
	int fd;
	struct dns_limit *limit;
	struct mmsghdr in[BATCH], out[BATCH];
	struct iovec in_bytes[BATCH], out_bytes[BATCH];
	struct datagram datagrams[BATCH];
	size_t waiting_count;
	struct waiting waiting[DNS_UDP_WAITING_MAX];
	struct dns_udp_stats stats;
};

struct dns_udp *dns_udp_new(int fd, bool every, struct dns_limit *limit)
{
	struct dns_udp *udp = calloc(1, sizeof(*udp));
	const int size = RECEIVE_BUFFER, yes = 1;

	if (udp == NULL) {
		close(fd);
		return NULL;
	}
	/* A burst waits in the system's buffer, which may be less than this. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	/* The second one is for a socket that is not of IPv6. */
	if (every && setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &yes, sizeof(yes)) < 0)
		setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &yes, sizeof(yes));
	udp->fd = fd;
	udp->limit = limit;
	return udp;
}

void dns_udp_free(struct dns_udp *udp)
{
	if (udp != NULL)
		close(udp->fd);
	free(udp);
}

int dns_udp_fd(const struct dns_udp *udp)
{
	return udp->fd;
}

/* ---- Waiting for the upstream server ---- */

/* Keeps the question IN until there is an answer. Returns false if there is no room. */
static bool keep(struct dns_udp *udp, const struct msghdr *in, const uint8_t *question,
		 size_t length)
{
	struct waiting *waiting = udp->waiting;

	if (udp->waiting_count == DNS_UDP_WAITING_MAX || length > KEPT_QUESTION_MAX)
		return false;
	while (waiting->length > 0)
		waiting++;
	memcpy(&waiting->peer, in->msg_name, in->msg_namelen);
	waiting->peer_length = in->msg_namelen;
	memcpy(waiting->control, in->msg_control, in->msg_controllen);
	waiting->control_length = in->msg_controllen;
	memcpy(waiting->question, question, length);
	waiting->length = length;
	udp->waiting_count++;
	return true;
}

static void send_late(struct dns_udp *udp, struct waiting *waiting, const struct dns_reply *reply)
{
	uint8_t answer[DNS_UDP_MAX];
	struct iovec bytes = {answer, reply->length};
	struct msghdr out = {.msg_name = &waiting->peer,
			     .msg_namelen = waiting->peer_length,
			     .msg_iov = &bytes,
			     .msg_iovlen = 1,
			     .msg_control = waiting->control,
			     .msg_controllen = waiting->control_length};

	memcpy(answer, reply->bytes, reply->length);
	if (sendmsg(udp->fd, &out, MSG_DONTWAIT) < 0)
		udp->stats.unsent++;
}

void dns_udp_retry(struct dns_udp *udp, struct dns_responder *responder, struct when now)
{
	for (size_t i = 0; i < DNS_UDP_WAITING_MAX && udp->waiting_count > 0; i++) {
		struct waiting *waiting = &udp->waiting[i];
		struct dns_reply reply;

		if (waiting->length == 0)
			continue;
		reply = dns_responder_reply(responder, waiting->question, waiting->length, DNS_UDP,
					    true, now);
		if (reply.status == DNS_REPLY_WAITS)
			continue;
		if (reply.status == DNS_REPLY_READY)
			send_late(udp, waiting, &reply);
		waiting->length = 0;
		udp->waiting_count--;
	}
}

/* ---- A batch ---- */

/* A question that must wait is kept. */
static struct dns_reply ask(struct dns_udp *udp, struct dns_responder *responder,
			    const struct msghdr *in, const uint8_t *question, size_t length,
			    struct when now)
{
	struct dns_reply reply =
		dns_responder_reply(responder, question, length, DNS_UDP, true, now);

	if (reply.status != DNS_REPLY_WAITS || keep(udp, in, question, length))
		return reply;
	udp->stats.waiting_full++;
	return dns_responder_reply(responder, question, length, DNS_UDP, false, now);
}

static struct dns_reply answer(struct dns_udp *udp, struct dns_responder *responder,
			       const struct msghdr *in, const uint8_t *question, size_t length,
			       struct when now)
{
	struct ip ip = dns_peer_ip(in->msg_name);

	switch (dns_limit_count(udp->limit, &ip, now)) {
	case DNS_LIMIT_ANSWER:
		return ask(udp, responder, in, question, length, now);
	case DNS_LIMIT_TRUNCATE:
		udp->stats.truncated++;
		return dns_responder_truncate(responder, question, length);
	case DNS_LIMIT_DROP:
		udp->stats.dropped++;
		break;
	}
	return (struct dns_reply){.status = DNS_REPLY_NONE};
}

/* Receives a batch. Returns how many questions there are. */
static size_t receive(struct dns_udp *udp)
{
	int count;

	for (size_t i = 0; i < BATCH; i++) {
		struct datagram *datagram = &udp->datagrams[i];

		udp->in_bytes[i] = (struct iovec){datagram->question, QUESTION_MAX};
		udp->in[i].msg_hdr = (struct msghdr){.msg_name = &datagram->peer,
						     .msg_namelen = sizeof(datagram->peer),
						     .msg_iov = &udp->in_bytes[i],
						     .msg_iovlen = 1,
						     .msg_control = datagram->control,
						     .msg_controllen = CONTROL_MAX};
	}
	count = recvmmsg(udp->fd, udp->in, BATCH, MSG_DONTWAIT, NULL);
	return count > 0 ? (size_t)count : 0;
}

static void send_all(struct dns_udp *udp, size_t count)
{
	size_t sent = 0;

	while (sent < count) {
		int taken =
			sendmmsg(udp->fd, udp->out + sent, (unsigned)(count - sent), MSG_DONTWAIT);

		/* The first one was not taken; the others may be. */
		if (taken <= 0) {
			udp->stats.unsent++;
			taken = 1;
		}
		sent += (size_t)taken;
	}
}

void dns_udp_turn(struct dns_udp *udp, struct dns_responder *responder, struct when now)
{
	for (unsigned batch = 0; batch < BATCHES; batch++) {
		size_t count = receive(udp), answered = 0;

		for (size_t i = 0; i < count; i++) {
			struct datagram *datagram = &udp->datagrams[i];
			const struct msghdr *in = &udp->in[i].msg_hdr;
			struct dns_reply reply = answer(udp, responder, in, datagram->question,
							udp->in[i].msg_len, now);

			if (reply.status != DNS_REPLY_READY || reply.length > DNS_UDP_MAX)
				continue;
			memcpy(datagram->answer, reply.bytes, reply.length);
			udp->out_bytes[answered] = (struct iovec){datagram->answer, reply.length};
			udp->out[answered].msg_hdr = *in;
			udp->out[answered].msg_hdr.msg_iov = &udp->out_bytes[answered];
			answered++;
		}
		send_all(udp, answered);
		if (count < BATCH)
			return;
	}
}

struct dns_udp_stats dns_udp_stats(const struct dns_udp *udp)
{
	struct dns_udp_stats stats = udp->stats;

	stats.waiting = udp->waiting_count;
	return stats;
}
