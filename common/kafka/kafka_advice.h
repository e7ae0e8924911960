/* kafka_advice.h - what a broker's refusal means, and what to do about it. Pure.
 *
 * (1) A right that is missing is named as Kafka's own tools name it, with the command that gives it.
 * (2) A cause is named only where the error tells it from every other; otherwise the text says what to check.
 * (3) No text has a password.
 */
#ifndef TENURE_KAFKA_ADVICE_H
#define TENURE_KAFKA_ADVICE_H

#include <stdbool.h>

#include "common/kafka/kafka_client.h"

#define KAFKA_ADVICE_SIZE 1024

/* What a client does. The error says which of these a broker refuses. */
struct kafka_use {
	const char *operation; /* on TOPIC: "Read", "Write", "Describe" or "DescribeConfigs" */
	const char *topic;
	const char *group; /* NULL for none */
	const char *id;    /* its transactional.id; NULL for none */
};

/* How a client says who it is: librdkafka's properties, each "" if it is not set. */
struct kafka_identity {
	char protocol[32];     /* security.protocol */
	char mechanism[64];    /* sasl.mechanism */
	char user[128];        /* sasl.username */
	char certificate[256]; /* ssl.certificate.location */
	char authority[256];   /* ssl.ca.location */
	int library;           /* rd_kafka_version() */
};

/* Whether ERROR says that a right is missing. */
bool kafka_advice_is_right(rd_kafka_resp_err_t error);
/* Writes what ERROR means to a client of IDENTITY that does USE: for another error than a missing right, what librdkafka
 * says of it. Returns TEXT. */
const char *kafka_advice_on_error(rd_kafka_resp_err_t error, const struct kafka_use *use,
				  const struct kafka_identity *identity,
				  char text[static KAFKA_ADVICE_SIZE]);
/* Writes what to do if no connection can be made because of REASON, librdkafka's, and CERTIFICATE, OpenSSL's
 * X509_V_ERR_ code of the broker's certificate or 0. False, and nothing is written, if nothing is known about it. */
bool kafka_advice_on_connection(const char *reason, int certificate,
				const struct kafka_identity *identity,
				char text[static KAFKA_ADVICE_SIZE]);

#endif
