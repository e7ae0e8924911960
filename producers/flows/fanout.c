#include "producers/flows/fanout.h"

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <stdint.h>
#include <sys/socket.h>

#define QINQ_OLD 0x9100 /* in use before IEEE 802.1ad */
#define ODD_1 0x9e3779b1u
#define ODD_2 0x85ebca77u

/* Scratch memory of the program. */
#define SOURCE 0
#define SUM 1

/* clang-format off */
#define LOAD(size, offset) BPF_STMT(BPF_LD | (size) | BPF_ABS, (uint32_t)(offset))
#define LOAD_SOURCE BPF_STMT(BPF_LD | BPF_MEM, SOURCE)
#define ADD_WORD(offset) /* A ^= the word there */ \
	BPF_STMT(BPF_MISC | BPF_TAX, 0), LOAD(BPF_W, offset), BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0)

/* Returns a number made of the source and X, the destination, that is the same if they are exchanged. */
#define MIX_SIZE 12
#define MIX \
	LOAD_SOURCE, \
	BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0), \
	BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, ODD_1), \
	BPF_STMT(BPF_ST, SUM), \
	LOAD_SOURCE, \
	BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0), \
	BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, ODD_2), \
	BPF_STMT(BPF_MISC | BPF_TAX, 0), \
	BPF_STMT(BPF_LD | BPF_MEM, SUM), \
	BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0), \
	BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16), \
	BPF_STMT(BPF_RET | BPF_A, 0)

/* The addresses of the header at BASE. */
#define IPV4_SIZE (4 + MIX_SIZE)
#define IPV4(base) \
	LOAD(BPF_W, (base) + 12), \
	BPF_STMT(BPF_ST, SOURCE), \
	LOAD(BPF_W, (base) + 16), \
	BPF_STMT(BPF_MISC | BPF_TAX, 0), \
	MIX
#define IPV6_SIZE (22 + MIX_SIZE)
#define IPV6(base) \
	LOAD(BPF_W, (base) + 8), ADD_WORD((base) + 12), ADD_WORD((base) + 16), ADD_WORD((base) + 20), \
	BPF_STMT(BPF_ST, SOURCE), \
	LOAD(BPF_W, (base) + 24), ADD_WORD((base) + 28), ADD_WORD((base) + 32), ADD_WORD((base) + 36), \
	BPF_STMT(BPF_MISC | BPF_TAX, 0), \
	MIX

/* What is at BASE if it is IP; A is its EtherType. */
#define IP_SIZE (2 + IPV4_SIZE + IPV6_SIZE)
#define IP(base) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, IPV4_SIZE), IPV4(base), \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, IPV6_SIZE), IPV6(base)

/* The Ethernet header whose EtherType is at OFFSET, or the VLAN tag. What is neither IP nor another tag has one process
 * (1). Continues with that tag. */
#define ETHERNET_SIZE (1 + IP_SIZE + 4)
#define ETHERNET(offset) \
	LOAD(BPF_H, offset), IP((offset) + 2), \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_8021Q, 3, 0), \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_8021AD, 2, 0), \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, QINQ_OLD, 1, 0), \
	BPF_STMT(BPF_RET | BPF_K, 0)

/* Where the network header is, the kernel says differently for tagged frames that come and that go, so tags are read
 * from the Ethernet header on. A tag that the kernel has taken off is not there. */
static const struct sock_filter program[] = {
	LOAD(BPF_W, SKF_AD_OFF + SKF_AD_HATYPE),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARPHRD_ETHER, 1, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARPHRD_LOOPBACK, 0, 3 * ETHERNET_SIZE + 1),
	ETHERNET(SKF_LL_OFF + 12), ETHERNET(SKF_LL_OFF + 16), ETHERNET(SKF_LL_OFF + 20),
	BPF_STMT(BPF_RET | BPF_K, 0),
	LOAD(BPF_W, SKF_AD_OFF + SKF_AD_PROTOCOL),
	IP(SKF_NET_OFF),
	BPF_STMT(BPF_RET | BPF_K, 0),
};
/* clang-format on */

int fanout_join(int fd, unsigned group)
{
	struct sock_fprog choice = {sizeof(program) / sizeof(program[0]),
				    (struct sock_filter *)(uintptr_t)program};
	int join = (int)(group | (unsigned)PACKET_FANOUT_CBPF << 16);

	if (setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &join, sizeof(join)) != 0)
		return -1;
	return setsockopt(fd, SOL_PACKET, PACKET_FANOUT_DATA, &choice, sizeof(choice));
}
