#include "common/timeline/store/name_rows.h"

#define KEY_LIMIT 2048 /* a full name, a uid and an address */

/* Puts or removes the row KEY, without a value, and frees it. */
static int change(struct store *store, struct text *key, bool put)
{
	struct text none;
	int rc;

	text_init(&none, 1);
	rc = put ? store_put(store, key, &none) : store_remove(store, key);
	text_free(&none);
	text_free(key);
	return rc;
}

static int change_holder(const struct cluster *cluster, struct store *store, enum holder_kind kind,
			 const struct holder_names *names, struct span uid, bool put)
{
	struct text name, key;
	int rc;

	if (!cluster->by_name)
		return 0;
	text_init(&name, KEY_LIMIT);
	text_init(&key, KEY_LIMIT);
	holder_names_join(&name, kind, names);
	row_key_named(&key, cluster->id, kind, text_span(&name), uid);
	key.failed = key.failed || name.failed;
	rc = change(store, &key, put);
	text_free(&name);
	return rc;
}

int name_rows_put_holder(const struct cluster *cluster, struct store *store, enum holder_kind kind,
			 const struct holder_names *names, struct span uid)
{
	return change_holder(cluster, store, kind, names, uid, true);
}

int name_rows_remove_holder(const struct cluster *cluster, struct store *store,
			    enum holder_kind kind, const struct holder_names *names,
			    struct span uid)
{
	return change_holder(cluster, store, kind, names, uid, false);
}

static int change_address(const struct cluster *cluster, struct store *store, enum row_table table,
			  struct span name, const struct ip *ip, bool put)
{
	struct text key;

	text_init(&key, KEY_LIMIT);
	row_key_address_of(&key, table, cluster->id, name, ip);
	return change(store, &key, put);
}

int name_rows_put_address(const struct cluster *cluster, struct store *store, enum row_table table,
			  struct span name, const struct ip *ip)
{
	return cluster->by_name ? change_address(cluster, store, table, name, ip, true) : 0;
}

static int change_row(const struct cluster *cluster, struct store *store, struct span row,
		      struct span value, bool put)
{
	struct membership membership;
	struct binding_key binding;
	struct ip ip;

	if (!cluster->by_name || !row_address(row, &ip))
		return 0;
	if (row_binding_key(row, &binding))
		return change_address(cluster, store, ROW_HELD, binding.uid, &ip, put);
	if (row_address_kind(row) == 'm' && row_membership(value, &membership))
		return change_address(cluster, store, ROW_MEMBERS_OF, membership.service, &ip, put);
	return 0;
}

int name_rows_put(const struct cluster *cluster, struct store *store, struct span row,
		  struct span value)
{
	return change_row(cluster, store, row, value, true);
}

int name_rows_remove(const struct cluster *cluster, struct store *store, struct span row,
		     struct span value)
{
	return change_row(cluster, store, row, value, false);
}
