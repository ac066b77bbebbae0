/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answer - values become variables, requests find theirs, SETs go to edge-health.
 */
#include "answer.h"

#include <stdlib.h>
#include <string.h>

#include <edge/clock.h>

#include "mib.h"

/* --- values ------------------------------------------------------------------------ */

/* TimeStamp: what the master's sysUpTime was at @boot_ns; 0 when that was before. */
static u_long
ticks(uint64_t boot_ns)
{
	const int64_t age_ns = clock_boot_ns() - (int64_t)boot_ns;
	const u_long up = netsnmp_get_agent_uptime();
	const u_long age = (u_long)(age_ns / (NS_PER_S / 100));

	return boot_ns == 0 || age_ns < 0 || age > up ? 0 : up - age;
}

static u_long
clamp32(uint64_t n)
{
	return n > UINT32_MAX ? UINT32_MAX : (u_long)n;
}

static int
variable_set(netsnmp_variable_list *var, enum column column, const struct value *v)
{
	struct counter64 counter;
	u_long number;
	long integer;

	switch (mib_syntaxes[mib_columns[column].syntax].wire) {
	case WIRE_INTEGER:
		integer = (long)v->number;
		return snmp_set_var_typed_value(
		    var, ASN_INTEGER, &integer, sizeof integer);
	case WIRE_GAUGE32:
		number = clamp32(v->number);
		return snmp_set_var_typed_value(var, ASN_GAUGE, &number, sizeof number);
	case WIRE_TICKS:
		number = ticks(v->number);
		return snmp_set_var_typed_value(
		    var, ASN_TIMETICKS, &number, sizeof number);
	case WIRE_COUNTER64:
		counter.high = (u_long)(v->number >> 32);
		counter.low = (u_long)(v->number & UINT32_MAX);
		return snmp_set_var_typed_value(
		    var, ASN_COUNTER64, &counter, sizeof counter);
	case WIRE_OCTETS:
		return snmp_set_var_typed_value(var, ASN_OCTET_STR, v->octets, v->length);
	}
	return -1;
}

/* --- requests ---------------------------------------------------------------------- */

/* What stands behind our objects in @name, cut to one more than any of ours has: the
 * order is the same.  Less than the place of our objects reads as nothing behind it. */
static size_t
suffix_of(const struct answer *a, const oid *name, size_t length,
    uint32_t ret[MIB_SUFFIX_MAX + 1])
{
	size_t n = 0;

	if (snmp_oidtree_compare(name, length, a->base, a->n_base) != 0)
		return 0;
	for (size_t i = a->n_base; i < length && n <= MIB_SUFFIX_MAX; i++)
		ret[n++] = (uint32_t)clamp32(name[i]);
	return n;
}

/* BASE.1.suffix or BASE.0.number: our objects begin at @a->base, which ends with .1 */
static size_t
name_of(const struct answer *a, const uint32_t *suffix, size_t n, oid ret[MIB_OID_MAX])
{
	memcpy(ret, a->base, a->n_base * sizeof *ret);
	for (size_t i = 0; i < n; i++)
		ret[a->n_base + i] = suffix[i];
	return a->n_base + n;
}

static void
answer_get(
    const struct answer *a, netsnmp_agent_request_info *info, netsnmp_request_info *r)
{
	uint32_t suffix[MIB_SUFFIX_MAX + 1];
	size_t n = suffix_of(a, r->requestvb->name, r->requestvb->name_length, suffix);
	struct cell cell;

	switch (mib_get(a->snapshot, suffix, n, &cell)) {
	case MIB_FOUND:
		variable_set(r->requestvb, cell.column, &cell.value);
		return;
	case MIB_NO_OBJECT:
		netsnmp_set_request_error(info, r, SNMP_NOSUCHOBJECT);
		return;
	case MIB_NO_INSTANCE:
		netsnmp_set_request_error(info, r, SNMP_NOSUCHINSTANCE);
		return;
	}
}

/* Leaving the variable as it is means: nothing more here, ask the next one. */
static void
answer_next(const struct answer *a, netsnmp_request_info *r)
{
	uint32_t suffix[MIB_SUFFIX_MAX + 1];
	size_t n = suffix_of(a, r->requestvb->name, r->requestvb->name_length, suffix);
	oid name[MIB_OID_MAX];
	struct cell cell;
	size_t length;

	if (snmp_oid_compare(
		r->requestvb->name, r->requestvb->name_length, a->base, a->n_base) > 0 &&
	    n == 0)
		return; /* behind all of ours */
	if (!mib_next(a->snapshot, suffix, n, r->inclusive != 0, &cell))
		return;
	length = name_of(a, cell.suffix, cell.n_suffix, name);
	snmp_set_var_objid(r->requestvb, name, length);
	variable_set(r->requestvb, cell.column, &cell.value);
}

/* --- SET --------------------------------------------------------------------------- */

/* The member that the request is about; NULL with *ret_err when it cannot be set. */
static const struct row *
set_row(const struct answer *a, netsnmp_request_info *r, int *ret_err)
{
	uint32_t suffix[MIB_SUFFIX_MAX + 1];
	size_t n = suffix_of(a, r->requestvb->name, r->requestvb->name_length, suffix);
	struct cell cell;
	enum mib_found found = mib_get(a->snapshot, suffix, n, &cell);

	*ret_err = SNMP_ERR_NOERROR;
	if (found == MIB_NO_INSTANCE)
		*ret_err = SNMP_ERR_NOCREATION;
	else if (found != MIB_FOUND || cell.column != COLUMN_MEMBER_ADMIN ||
		 !a->snapshot->model->snmp.set)
		*ret_err = SNMP_ERR_NOTWRITABLE;
	return *ret_err == SNMP_ERR_NOERROR ? cell.row : NULL;
}

static int
set_check(const struct answer *a, netsnmp_request_info *r)
{
	const netsnmp_variable_list *var = r->requestvb;
	int err;

	if (set_row(a, r, &err) == NULL)
		return err;
	if (var->type != ASN_INTEGER)
		return SNMP_ERR_WRONGTYPE;
	if (var->val_len != sizeof(long))
		return SNMP_ERR_WRONGLENGTH;
	if (*var->val.integer < 1 || *var->val.integer > ADMINS)
		return SNMP_ERR_WRONGVALUE;
	return SNMP_ERR_NOERROR;
}

static int
set_act(struct answer *a, netsnmp_request_info *r)
{
	int err;
	const struct row *row = set_row(a, r, &err);

	if (row == NULL || a->n_undo == ANSWER_SETS_MAX)
		return SNMP_ERR_COMMITFAILED;
	if (a->set->apply(a->set->owner, row->of.member,
		(enum admin)(*r->requestvb->val.integer - 1)) != 0)
		return SNMP_ERR_COMMITFAILED;
	a->undo[a->n_undo++] = (struct undo){
	    row->of.member->id, state_unpack(row->health[HEALTH_FIELD_STATE]).admin};
	return SNMP_ERR_NOERROR;
}

/* Only what set_act() noted down has been done. */
static int
set_undo(struct answer *a, netsnmp_request_info *r)
{
	int err;
	const struct row *row = set_row(a, r, &err);

	for (size_t i = 0; row != NULL && i < a->n_undo; i++)
		if (a->undo[i].id == row->of.member->id &&
		    a->set->apply(a->set->owner, row->of.member, a->undo[i].admin) != 0)
			return SNMP_ERR_UNDOFAILED;
	return SNMP_ERR_NOERROR;
}

/* RESERVE1 looks at the request, RESERVE2 at the world, ACTION does it: RFC 3416 allows
 * resourceUnavailable only before something was done. */
static int
set_phase(struct answer *a, int mode, netsnmp_request_info *r)
{
	switch (mode) {
	case MODE_SET_RESERVE1:
		a->n_undo = 0;
		return set_check(a, r);
	case MODE_SET_RESERVE2:
		return a->set->is_ready(a->set->owner) ? SNMP_ERR_NOERROR
						       : SNMP_ERR_RESOURCEUNAVAILABLE;
	case MODE_SET_ACTION:
		return set_act(a, r);
	case MODE_SET_UNDO:
		return set_undo(a, r);
	default: /* COMMIT, FREE: the library's enumeration, not ours */
		return SNMP_ERR_NOERROR;
	}
}

int
answer_request(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
    netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	struct answer *a = handler->myvoid;

	(void)registration;
	for (netsnmp_request_info *r = requests; r != NULL; r = r->next) {
		int err;

		if (r->processed != 0)
			continue;
		if (a->snapshot == NULL) {
			netsnmp_set_request_error(info, r, SNMP_ERR_GENERR);
		} else if (info->mode == MODE_GET) {
			answer_get(a, info, r);
		} else if (info->mode == MODE_GETNEXT) {
			answer_next(a, r);
		} else {
			err = set_phase(a, info->mode, r);
			if (err != SNMP_ERR_NOERROR) {
				netsnmp_set_request_error(info, r, err);
				break;
			}
		}
	}
	return SNMP_ERR_NOERROR;
}

/* --- notifications ----------------------------------------------------------------- */

static bool
variable_add(netsnmp_variable_list **vars, const oid *name, size_t length,
    enum column column, const struct value *v)
{
	netsnmp_variable_list *var =
	    snmp_varlist_add_variable(vars, name, length, ASN_NULL, NULL, 0);

	return var != NULL && variable_set(var, column, v) == 0;
}

static bool
trap_name_add(
    const struct answer *a, netsnmp_variable_list **vars, enum notification kind)
{
	static const oid trap_oid[] = {
	    1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0}; /* snmpTrapOID.0 */
	oid name[MIB_OID_MAX];

	memcpy(name, a->base, a->n_base * sizeof *name);
	name[a->n_base - 1] = MIB_NOTIFICATIONS;
	name[a->n_base] = mib_notifications[kind].number;
	return snmp_varlist_add_variable(vars, trap_oid, OID_LENGTH(trap_oid),
		   ASN_OBJECT_ID, name, (a->n_base + 1) * sizeof *name) != NULL;
}

bool
answer_notify(const struct answer *a, const struct event *e)
{
	static const uint32_t scalar[] = {0};
	const struct notification_info *info = &mib_notifications[e->kind];
	netsnmp_variable_list *vars = NULL;
	bool ok;

	ok = trap_name_add(a, &vars, e->kind);
	for (size_t i = 0; ok && i < e->n_values; i++) {
		const enum column column = info->objects[i];
		const bool of_row = mib_tables[mib_columns[column].table].indices > 0;
		uint32_t suffix[MIB_SUFFIX_MAX];
		oid name[MIB_OID_MAX];
		size_t n = mib_suffix(
		    column, of_row ? e->index : scalar, of_row ? e->n_index : 1, suffix);

		n = name_of(a, suffix, n, name);
		ok = variable_add(&vars, name, n, column, &e->values[i]);
	}
	if (ok)
		send_v2trap(vars);
	snmp_free_varbind(vars);
	return ok;
}
