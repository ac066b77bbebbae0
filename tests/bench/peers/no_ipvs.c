/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * no_ipvs - keepalived's checker on a kernel without IPVS: preloaded, it answers "done"
 * to whatever is asked of IPVS over netlink.  Checks are not touched: they are what is
 * measured.
 */
#define CALLBACKS    16
#define FINISHED     1 /* enum nl_cb_type of libnl 3 */
#define ACKNOWLEDGED 4
#define ANY_FAMILY   32

typedef int callback(void *message, void *owner);

static struct {
	callback *call;
	void *owner;
} callbacks[CALLBACKS];

int genl_connect(void *socket);
int genl_ctrl_resolve(void *socket, const char *name);
int nl_socket_modify_cb(void *socket, int type, int kind, callback *call, void *owner);
int nl_socket_modify_err_cb(void *socket, int kind, void *call, void *owner);
int nl_send_auto(void *socket, void *message);
int nl_recvmsgs_default(void *socket);

int
genl_connect(void *socket)
{
	(void)socket;
	return 0;
}

int
genl_ctrl_resolve(void *socket, const char *name)
{
	(void)socket;
	(void)name;
	return ANY_FAMILY;
}

int
nl_socket_modify_cb(void *socket, int type, int kind, callback *call, void *owner)
{
	(void)socket;
	(void)kind;
	if (type >= 0 && type < CALLBACKS) {
		callbacks[type].call = call;
		callbacks[type].owner = owner;
	}
	return 0;
}

int
nl_socket_modify_err_cb(void *socket, int kind, void *call, void *owner)
{
	(void)socket;
	(void)kind;
	(void)call;
	(void)owner;
	return 0;
}

int
nl_send_auto(void *socket, void *message)
{
	(void)socket;
	(void)message;
	return 1;
}

int
nl_recvmsgs_default(void *socket)
{
	static const int ends[] = {FINISHED, ACKNOWLEDGED};

	(void)socket;
	for (int i = 0; i < 2; i++)
		if (callbacks[ends[i]].call != 0)
			callbacks[ends[i]].call(0, callbacks[ends[i]].owner);
	return 0;
}
