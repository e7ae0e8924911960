#include "common/kafka/kafka_advice.h"

#include <stdio.h>
#include <string.h>

/* librdkafka before this repeats the client's nonce in SCRAM, which Kafka 4 refuses (librdkafka 4895). */
#define SCRAM_LIBRARY 0x020601ff

/* OpenSSL's X509_V_ERR_ codes, which are part of its interface. */
enum {
	ISSUER_NOT_FOUND = 2,
	NOT_YET_VALID = 9,
	HAS_EXPIRED = 10,
	SELF_SIGNED = 18,
	SELF_SIGNED_IN_CHAIN = 19,
	LOCAL_ISSUER_NOT_FOUND = 20,
	LEAF_NOT_VERIFIED = 21,
	HOST_MISMATCH = 62,
	ADDRESS_MISMATCH = 64,
};

/* ---- Rights ---- */

bool kafka_advice_is_right(rd_kafka_resp_err_t error)
{
	return error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
	       error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
	       error == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED ||
	       error == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
}

/* Who the broker takes a client of IDENTITY for, unless it has rules that map names. */
static void write_principal(const struct kafka_identity *identity, char *text, size_t size)
{
	if (strncmp(identity->protocol, "sasl", 4) == 0 && identity->user[0] != '\0')
		snprintf(text, size, "User:%s", identity->user);
	else if (strncmp(identity->protocol, "sasl", 4) == 0) /* by Kerberos or OAuth */
		snprintf(text, size, "\"User:NAME of the login by %s\"", identity->mechanism);
	else if (strcmp(identity->protocol, "ssl") == 0 && identity->certificate[0] != '\0')
		snprintf(text, size, "\"User:SUBJECT of %s\"", identity->certificate);
	else
		snprintf(text, size, "User:ANONYMOUS");
}

const char *kafka_advice_on_error(rd_kafka_resp_err_t error, const struct kafka_use *use,
				  const struct kafka_identity *identity,
				  char text[static KAFKA_ADVICE_SIZE])
{
	const char *operation = use->operation, *kind = "topic", *name = use->topic;
	char principal[300];

	if (error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) {
		operation = "Read";
		kind = "group";
		name = use->group;
	} else if (error == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED) {
		operation = "Write";
		kind = "transactional-id";
		name = use->id;
	} else if (error == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED) {
		operation = "IdempotentWrite";
		kind = "cluster";
		name = "";
	}
	if (!kafka_advice_is_right(error) || name == NULL || operation == NULL) {
		snprintf(text, KAFKA_ADVICE_SIZE, "%s", rd_kafka_err2str(error));
		return text;
	}
	write_principal(identity, principal, sizeof(principal));
	snprintf(text, KAFKA_ADVICE_SIZE,
		 "%s has no right to %s %s%s%s; this gives it: kafka-acls.sh --add "
		 "--allow-principal %s --operation %s --%s%s%s",
		 principal, operation, kind, name[0] == '\0' ? "" : " ", name, principal, operation,
		 kind, name[0] == '\0' ? "" : " ", name);
	return text;
}

/* ---- Connections ---- */

static void on_broker_certificate(int error, const struct kafka_identity *identity, char *text)
{
	const char *given = identity->authority[0] != '\0' ? identity->authority : "not set";

	switch (error) {
	case HAS_EXPIRED:
		snprintf(text, KAFKA_ADVICE_SIZE,
			 "its certificate has expired; the broker needs a new one");
		break;
	case NOT_YET_VALID:
		snprintf(text, KAFKA_ADVICE_SIZE,
			 "its certificate is not valid yet; compare the clocks of both machines");
		break;
	case ISSUER_NOT_FOUND:
	case SELF_SIGNED:
	case SELF_SIGNED_IN_CHAIN:
	case LOCAL_ISSUER_NOT_FOUND:
	case LEAF_NOT_VERIFIED:
		snprintf(text, KAFKA_ADVICE_SIZE,
			 "its certificate is of an authority that is not trusted here; set "
			 "ssl.ca.location, which is %s, to the certificate of that authority",
			 given);
		break;
	case HOST_MISMATCH:
	case ADDRESS_MISMATCH:
		snprintf(text, KAFKA_ADVICE_SIZE,
			 "its certificate is of another name; give --brokers, and the broker's "
			 "advertised.listeners, a name that is in it");
		break;
	default:
		snprintf(text, KAFKA_ADVICE_SIZE,
			 "its certificate cannot be verified (OpenSSL's code %d); check its dates "
			 "and names, and ssl.ca.location, which is %s",
			 error, given);
	}
}

static void on_login(const char *reason, const struct kafka_identity *identity, char *text)
{
	bool scram = strncmp(identity->mechanism, "SCRAM", 5) == 0;
	int length;

	if (strstr(reason, "nsupported SASL mechanism") != NULL) {
		snprintf(text, KAFKA_ADVICE_SIZE,
			 "it does not offer sasl.mechanism %s; set one that it has in "
			 "sasl.enabled.mechanisms",
			 identity->mechanism);
		return;
	}
	length = snprintf(text, KAFKA_ADVICE_SIZE,
			  "it does not accept the login of %s by %s; check sasl.username, "
			  "sasl.password and sasl.mechanism, and that the broker has this user",
			  identity->user, identity->mechanism);
	if (scram && identity->library < SCRAM_LIBRARY)
		snprintf(text + length, KAFKA_ADVICE_SIZE - (size_t)length,
			 ". If they are right: by SCRAM only librdkafka 2.6.1 and later can log in "
			 "to Kafka 4, and this is %d.%d.%d; use PLAIN or a client certificate, "
			 "with TLS",
			 identity->library >> 24 & 0xff, identity->library >> 16 & 0xff,
			 identity->library >> 8 & 0xff);
}

static void on_client_certificate(const struct kafka_identity *identity, char *text)
{
	if (identity->certificate[0] == '\0')
		snprintf(text, KAFKA_ADVICE_SIZE,
			 "it wants a client certificate; set ssl.certificate.location and "
			 "ssl.key.location");
	else
		snprintf(text, KAFKA_ADVICE_SIZE,
			 "it does not accept the client certificate %s; check that it has not "
			 "expired and that the broker trusts its authority: openssl x509 -noout "
			 "-dates -issuer -in %s",
			 identity->certificate, identity->certificate);
}

static bool has_any(const char *text, const char *const *parts)
{
	for (; *parts != NULL; parts++)
		if (strstr(text, *parts) != NULL)
			return true;
	return false;
}

bool kafka_advice_on_connection(const char *reason, int certificate,
				const struct kafka_identity *identity,
				char text[static KAFKA_ADVICE_SIZE])
{
	static const char *const no_tls[] = {"unexpected eof", "wrong version number",
					     "PLAINTEXT broker listener", NULL};
	static const char *const refused[] = {"alert bad certificate", "alert certificate",
					      "alert unknown ca", "certificate required", NULL};
	bool tls = strstr(identity->protocol, "ssl") != NULL;

	if (strstr(reason, "SASL") != NULL && strstr(reason, "might require SASL") == NULL)
		on_login(reason, identity, text);
	else if (strstr(reason, "might require SASL") != NULL)
		snprintf(text, KAFKA_ADVICE_SIZE,
			 "it ended the connection, as a port with logins does; set "
			 "security.protocol=%s, sasl.mechanism, sasl.username and sasl.password",
			 tls ? "SASL_SSL" : "SASL_PLAINTEXT");
	else if (strstr(reason, "certificate verify failed") != NULL)
		on_broker_certificate(certificate, identity, text);
	else if (has_any(reason, refused))
		on_client_certificate(identity, text);
	else if (tls && has_any(reason, no_tls))
		snprintf(text, KAFKA_ADVICE_SIZE,
			 "it ended the connection during the TLS handshake, as a port without TLS "
			 "does; use its port with TLS, or set security.protocol=%s",
			 strncmp(identity->protocol, "sasl", 4) == 0 ? "SASL_PLAINTEXT"
								     : "PLAINTEXT");
	else if (!tls && strstr(reason, "connecting to a SSL listener") != NULL)
		snprintf(text, KAFKA_ADVICE_SIZE,
			 "it ended the connection at the first request, as a port with TLS does; "
			 "set security.protocol=%s, or use its port without TLS",
			 strncmp(identity->protocol, "sasl", 4) == 0 ? "SASL_SSL" : "SSL");
	else
		return false;
	return true;
}
