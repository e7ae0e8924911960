#include "common/kafka/kafka_trouble.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "common/kafka/kafka_client.h"
#include "common/program/stop.h"

#define ASK_MS 5000

/* What the callbacks of the asking client said. */
struct asked {
	char reason[512];       /* of the last error of a broker */
	atomic_int certificate; /* set by threads of librdkafka */
};

static void read_identity(const rd_kafka_t *client, struct kafka_identity *identity)
{
	const rd_kafka_conf_t *conf = rd_kafka_conf((rd_kafka_t *)(uintptr_t)client);

	kafka_client_property(conf, "security.protocol", identity->protocol,
			      sizeof(identity->protocol));
	kafka_client_property(conf, "sasl.mechanism", identity->mechanism,
			      sizeof(identity->mechanism));
	kafka_client_property(conf, "sasl.username", identity->user, sizeof(identity->user));
	kafka_client_property(conf, "ssl.certificate.location", identity->certificate,
			      sizeof(identity->certificate));
	kafka_client_property(conf, "ssl.ca.location", identity->authority,
			      sizeof(identity->authority));
	identity->library = rd_kafka_version();
}

const char *kafka_trouble_on_error(const rd_kafka_t *client, rd_kafka_resp_err_t error,
				   const struct kafka_use *use, char text[static KAFKA_ADVICE_SIZE])
{
	struct kafka_identity identity;

	read_identity(client, &identity);
	return kafka_advice_on_error(error, use, &identity, text);
}

static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
	struct asked *asked = opaque;

	(void)client;
	if (code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
		snprintf(asked->reason, sizeof(asked->reason), "%s", reason);
}

/* Refuses what OpenSSL refuses, and remembers why. */
static int on_certificate(rd_kafka_t *client, const char *broker, int32_t id, int *error, int depth,
			  const char *bytes, size_t length, char *why, size_t why_size,
			  void *opaque)
{
	struct asked *asked = opaque;

	(void)client;
	(void)broker;
	(void)id;
	(void)depth;
	(void)bytes;
	(void)length;
	if (*error == 0)
		return 1;
	atomic_store(&asked->certificate, *error);
	snprintf(why, why_size, "OpenSSL's code %d", *error);
	return 0;
}

static void ask(const rd_kafka_t *client, const struct bus_options *options, struct asked *asked)
{
	rd_kafka_conf_t *conf = kafka_client_conf_of(client);
	rd_kafka_t *asking;

	rd_kafka_conf_set_opaque(conf, asked);
	rd_kafka_conf_set_error_cb(conf, on_error);
	rd_kafka_conf_set_ssl_cert_verify_cb(conf, on_certificate);
	asking = kafka_client_new(RD_KAFKA_CONSUMER, conf);
	if (asking == NULL)
		return;
	for (int ms = 0; ms < ASK_MS && asked->reason[0] == '\0' && !stop_requested();
	     ms += BUS_PAUSE_MS) {
		/* It connects to be answered. */
		char *cluster = rd_kafka_clusterid(asking, 0);

		if (cluster != NULL)
			rd_kafka_mem_free(asking, cluster);
		rd_kafka_poll(asking, BUS_PAUSE_MS);
		bus_pause_turn(options);
	}
	rd_kafka_destroy(asking);
}

const char *kafka_trouble_on_silence(const rd_kafka_t *client, const struct bus_options *options,
				     char text[static KAFKA_ADVICE_SIZE])
{
	const rd_kafka_conf_t *conf = rd_kafka_conf((rd_kafka_t *)(uintptr_t)client);
	struct asked asked = {0};
	struct kafka_identity identity;
	char brokers[256], advice[KAFKA_ADVICE_SIZE];
	const char *after;

	kafka_client_property(conf, "bootstrap.servers", brokers, sizeof(brokers));
	if (stop_requested()) {
		snprintf(text, KAFKA_ADVICE_SIZE, "stopped before the broker %.255s answered",
			 brokers);
		return text;
	}
	read_identity(client, &identity);
	ask(client, options, &asked);
	if (kafka_advice_on_connection(asked.reason, atomic_load(&asked.certificate), &identity,
				       advice)) {
		snprintf(text, KAFKA_ADVICE_SIZE, "cannot use the broker %.255s: %.700s", brokers,
			 advice);
		return text;
	}
	/* "ADDRESS/NAME: why (after 3ms in state CONNECT)" */
	after = strstr(asked.reason, " (after ");
	snprintf(text, KAFKA_ADVICE_SIZE, "the broker %.255s did not answer within %d s%s%.*s",
		 brokers, KAFKA_PATIENCE_MS / 1000, asked.reason[0] == '\0' ? "" : ": ",
		 (int)(after == NULL ? (ptrdiff_t)strlen(asked.reason) : after - asked.reason),
		 asked.reason);
	return text;
}
