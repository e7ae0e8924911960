/* kafka_election.h - which of several processes with the same id leads.
 *
 * They are the members of a consumer group that reads nothing: the one that is assigned the
 * topic's first partition leads, the others stand by.
 *
 * (1) Kafka's range assignor lays out "the consumers in lexicographic order"
 *     (org.apache.kafka.clients.consumer.RangeAssignor), so the partition goes to the member whose
 *     name is the smallest. A name begins with the time of joining: a leader stays the leader when
 *     others join. Wrong clocks cost only a needless change.
 * (2) A leader that closes its election is replaced immediately, one that died when its session
 *     has ended, after SESSION_MS at the latest.
 * (3) A process that was held still believes that it leads until it polls. What it writes must be
 *     fenced: see kafka_fenced_writer.h.
 */
#ifndef TENURE_KAFKA_ELECTION_H
#define TENURE_KAFKA_ELECTION_H

#include "common/kafka/kafka_client.h"

#define KAFKA_ELECTION_NAME_SIZE 128

struct kafka_election;

/* Joins. TOPIC and ID, the group's name, are borrowed. Does not wait for a broker. NULL after
 * logging. */
struct kafka_election *kafka_election_open(const char *topic, const char *id,
					   const struct bus_options *options);
/* Leaves. NULL is allowed. */
void kafka_election_close(struct kafka_election *election);

/* Waits up to TIMEOUT_MS for news; call it at least every few minutes. -1 after logging, if this
 * process can never lead. */
int kafka_election_poll(struct kafka_election *election, int timeout_ms);
/* As of the last news. */
bool kafka_election_leads(const struct kafka_election *election);
/* Whether the group has an assignment that includes this process. */
bool kafka_election_decided(const struct kafka_election *election);
/* Writes the name and host of the member that leads, or why that is unknown. Waits up to 2 s. */
void kafka_election_leader(struct kafka_election *election, char *text, size_t size);
/* The client, which sees the ends of partitions with the records of open transactions. */
rd_kafka_t *kafka_election_client(const struct kafka_election *election);

/* The name of a member that joined at MOMENT: names sort as their times. */
void kafka_election_name(struct when moment, const char *host, int64_t process,
			 char name[static KAFKA_ELECTION_NAME_SIZE]);

#endif
