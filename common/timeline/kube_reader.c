#include "common/timeline/kube_reader.h"

#include <stdlib.h>
#include <string.h>

#include "common/program/log.h"
#include "common/record/file_kind.h"
#include "common/record/kube_documents.h"

struct kube_reader {
	struct topic_reader *topic;
	const char *address;
	struct kube_documents documents; /* this and the rest: of a file */
	int64_t next;                    /* the number of the next record */
	int64_t list; /* of the List that is being read, its first item; KUBE_NO_LIST */
	int64_t end;  /* of the line that is being read */
	bool begun;   /* its start is no packet capture or the like (3) */
	bool refused;
};

static const char *name_of(const struct kube_reader *reader)
{
	return strcmp(reader->address, "-") == 0 ? "standard input" : reader->address;
}

/* Reads TOPIC at ADDRESS, or frees it. */
static struct kube_reader *opened(struct topic_reader *topic, const char *address)
{
	struct kube_reader *reader = topic != NULL ? calloc(1, sizeof(*reader)) : NULL;

	if (reader == NULL) {
		if (topic != NULL)
			log_error("%s: out of memory for its records", address);
		topic_reader_close(topic);
		return NULL;
	}
	reader->topic = topic;
	reader->address = address;
	reader->list = KUBE_NO_LIST;
	kube_documents_init(&reader->documents);
	return reader;
}

struct kube_reader *kube_reader_open(const char *address, const struct bus_options *options,
				     int64_t from)
{
	return opened(topic_reader_open(address, options, from), address);
}

struct kube_reader *kube_reader_open_at(const char *path, const struct bus_options *options,
					const struct bus_place *place)
{
	struct kube_reader *reader = opened(topic_reader_open_at(path, options, place), path);

	if (reader != NULL) {
		reader->next = place->record;
		reader->begun = true;
	}
	return reader;
}

static enum bus_status no_memory(const struct kube_reader *reader)
{
	log_error("%s: out of memory for a record", name_of(reader));
	return BUS_BROKEN;
}

static enum bus_status give(struct kube_reader *reader, const struct kube_document *document,
			    struct bus_record *record, int64_t *list)
{
	if (!document->listed)
		reader->list = KUBE_NO_LIST;
	else if (document->first)
		reader->list = reader->next;
	*list = reader->list;
	*record = (struct bus_record){
		.value = document->bytes.data,
		.value_length = document->bytes.length,
		.offset = reader->next++,
		.timestamp_ms = BUS_NO_TIMESTAMP,
		.end = kube_documents_is_open(&reader->documents) ? -1 : reader->end,
	};
	return BUS_RECORD;
}

/* Checks how the file begins (3). BUS_RECORD if it may be a kube file. */
static enum bus_status check_start(struct kube_reader *reader, int timeout_ms)
{
	struct span start;
	enum bus_status status = topic_reader_peek(reader->topic, timeout_ms, &start);
	char why[FILE_KIND_SIZE];

	if (status != BUS_RECORD)
		return status;
	reader->begun = true;
	if (file_kind_may_be(FILE_KUBE, start, why))
		return BUS_RECORD;
	log_error("%s: %s", name_of(reader), why);
	reader->refused = true;
	return BUS_BROKEN;
}

/* A document that is open at the end of the file is a record that cannot be read. */
static enum bus_status finish(struct kube_reader *reader, struct bus_record *record, int64_t *list)
{
	struct kube_document document;

	if (!kube_documents_is_open(&reader->documents))
		return BUS_END;
	if (kube_documents_break(&reader->documents, &document) < 0)
		return no_memory(reader);
	return give(reader, &document, record, list);
}

static enum bus_status read_file(struct kube_reader *reader, int timeout_ms,
				 struct bus_record *record, int64_t *list)
{
	struct kube_document document;
	struct bus_record line;
	enum bus_status status;

	for (;;) {
		int rc = kube_documents_next(&reader->documents, &document);

		if (rc != 0)
			return rc < 0 ? no_memory(reader) : give(reader, &document, record, list);
		status = topic_reader_read(reader->topic, timeout_ms, &line);
		if (status == BUS_END)
			return finish(reader, record, list);
		if (status != BUS_RECORD)
			return status;
		reader->end = line.end;
		kube_documents_add(&reader->documents,
				   (struct span){line.value, line.value_length});
	}
}

enum bus_status kube_reader_read(struct kube_reader *reader, int timeout_ms,
				 struct bus_record *record, int64_t *list)
{
	enum bus_status status;

	*list = KUBE_NO_LIST;
	if (bus_is_kafka(reader->address))
		return topic_reader_read(reader->topic, timeout_ms, record);
	if (!reader->begun) {
		status = check_start(reader, timeout_ms);
		if (status != BUS_RECORD)
			return status;
	}
	return read_file(reader, timeout_ms, record, list);
}

bool kube_reader_caught_up(const struct kube_reader *reader)
{
	return topic_reader_caught_up(reader->topic) &&
	       !kube_documents_has_more(&reader->documents);
}

bool kube_reader_refused(const struct kube_reader *reader)
{
	return reader->refused;
}

struct topic_reader *kube_reader_topic(const struct kube_reader *reader)
{
	return reader->topic;
}

void kube_reader_close(struct kube_reader *reader)
{
	if (reader == NULL)
		return;
	topic_reader_close(reader->topic);
	kube_documents_free(&reader->documents);
	free(reader);
}
