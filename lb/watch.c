/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define EVENTS          64
#define DESCRIPTORS_MAX 2000000 /* as many as sessions are let have, see lb.c */

static size_t
descriptors_max(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur > DESCRIPTORS_MAX)
		return DESCRIPTORS_MAX;
	return (size_t)r.rlim_cur;
}

int
watch_set_init(struct watch_set *s, int fd, uint32_t number)
{
	size_t n = descriptors_max();
	void *p = mmap(NULL, n * sizeof *s->entries, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	*s = (struct watch_set){.fd = fd, .number = number};
	if (p == MAP_FAILED)
		return -errno;
	s->entries = p;
	s->n_entries = n;
	if (fd < 0)
		s->fd = epoll_create1(EPOLL_CLOEXEC);
	return s->fd < 0 ? -errno : 0;
}

void
watch_set_fini(struct watch_set *s)
{
	if (s->entries != NULL)
		munmap(s->entries, s->n_entries * sizeof *s->entries);
	if (s->fd >= 0)
		close(s->fd);
	*s = (struct watch_set){.fd = -1};
}

static uint32_t
next_number(struct watch_set *s)
{
	if (++s->number == 0)
		s->number = 1;
	return s->number;
}

int
watch_set_adopt(struct watch_set *s, int fd, struct watch *watch)
{
	if (fd < 0 || (size_t)fd >= s->n_entries)
		return -EMFILE;
	s->entries[fd] = (struct watch_entry){.watch = watch};
	return 0;
}

int
watch_set_add(struct watch_set *s, int fd, struct watch *watch)
{
	struct epoll_event ev = {
	    .events = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET};
	int err = watch_set_adopt(s, fd, watch);

	if (err != 0)
		return err;
	s->entries[fd].number = next_number(s);
	ev.data.u64 = (uint64_t)s->number << 32 | (uint32_t)fd;
	return epoll_ctl(s->fd, EPOLL_CTL_ADD, fd, &ev) == 0 ? 0 : -errno;
}

void
watch_set_forget(struct watch_set *s, int fd)
{
	if (fd >= 0 && (size_t)fd < s->n_entries)
		s->entries[fd] = (struct watch_entry){0};
}

int
watch_set_look(struct watch_set *s)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(s->fd, events, EVENTS, 0);

	for (int i = 0; i < n; i++) {
		uint64_t data = events[i].data.u64;
		uint32_t fd = (uint32_t)data;
		const struct watch_entry *e = &s->entries[fd];

		if (fd < s->n_entries && e->watch != NULL &&
		    (e->number == 0 || e->number == (uint32_t)(data >> 32)))
			e->watch->ready(e->watch, events[i].events);
	}
	return n;
}
