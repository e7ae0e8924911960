/* dns_message.h - a question and an answer of the DNS, as plain values. */
#ifndef TENURE_DNS_MESSAGE_H
#define TENURE_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/text.h"
#include "sink/lookup/dns/dns_name.h"

/* Record types (IANA). */
enum dns_type {
	DNS_TYPE_A = 1,
	DNS_TYPE_NS = 2,
	DNS_TYPE_SOA = 6,
	DNS_TYPE_PTR = 12,
	DNS_TYPE_HINFO = 13,
	DNS_TYPE_TXT = 16,
	DNS_TYPE_AAAA = 28,
	DNS_TYPE_TKEY = 249,  /* the first of those that ask for something else than records */
	DNS_TYPE_MAILA = 254, /* the last of them; zone transfers are among them */
	DNS_TYPE_ANY = 255,
};

enum dns_class { DNS_CLASS_IN = 1 };

/* Response codes (RFC 6895); BADVERS is an extended one. */
enum dns_code {
	DNS_NOERROR = 0,
	DNS_FORMERR = 1,
	DNS_SERVFAIL = 2,
	DNS_NXDOMAIN = 3,
	DNS_NOTIMP = 4,
	DNS_REFUSED = 5,
	DNS_BADVERS = 16,
};

/* Extended errors (RFC 8914). */
enum dns_error {
	DNS_ERROR_NONE = -1,
	DNS_ERROR_OTHER = 0,
	DNS_ERROR_STALE_ANSWER = 3,
	DNS_ERROR_NOT_READY = 14,
	DNS_ERROR_NOT_AUTHORITATIVE = 20,
	DNS_ERROR_NETWORK = 23,
};

struct dns_query {
	uint16_t id;
	uint8_t opcode;
	bool recursion_desired;
	enum dns_code fault; /* why there is nothing more here than the header; else NOERROR */
	/* The question; without one, NAME_LENGTH is 0. */
	uint8_t name[DNS_NAME_WIRE_MAX]; /* as asked, in wire form without compression */
	size_t name_length;
	uint16_t type, class;
	/* EDNS (RFC 6891) */
	bool edns, dnssec_ok;
	uint16_t udp_size;
};

/* A record of an answer, named as the question is. */
struct dns_record {
	enum dns_type type; /* A, AAAA, PTR, TXT, NS, SOA or HINFO */
	struct ip ip;       /* of A and AAAA */
	/* In the answer's text: the name of a PTR, without its last dot; one string of the TXT record, of
	 * which there is at most one. */
	size_t at, length;
};

#define DNS_RECORDS_MAX 1024
#define DNS_ANSWER_TEXT_MAX 65536
#define DNS_ERROR_TEXT_MAX 64

/* The caller's storage (dns_answer_init()), for one answer after another. */
struct dns_answer {
	enum dns_code code;
	bool authoritative;
	uint32_t ttl;
	struct dns_record records[DNS_RECORDS_MAX];
	size_t count;
	bool cut;       /* there are more */
	bool truncated; /* it is marked so (TC), and has no records */
	struct text text;
	const char *own; /* our own zone, whose ns. is the server of every zone */
	/* Without records, the SOA of the zone whose apex begins there in the question's name is in the
	 * authority section; SIZE_MAX: it is not. */
	size_t apex;
	uint32_t serial;
	enum dns_error error;
	char error_text[DNS_ERROR_TEXT_MAX];
};

#endif
