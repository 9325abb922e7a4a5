/* SPDX-License-Identifier: GPL-2.0-only */
/* closer.c - close packet sockets without waiting for it */
#include "vswitchd/datapath/closer.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/xalloc.h"

#define THREADS_MAX 32
#define STACK_SIZE (64 << 10)

/* struct closer - @fds: those waiting; @threads: how many are at work */
struct closer {
	pthread_mutex_t lock;
	pthread_cond_t all_done;
	int *fds;
	unsigned int n, allocated;
	unsigned int threads;
};

struct closer *closer_create(void)
{
	struct closer *closer = vs_xcalloc(1, sizeof(*closer));

	pthread_mutex_init(&closer->lock, NULL);
	pthread_cond_init(&closer->all_done, NULL);
	return closer;
}

void closer_destroy(struct closer *closer)
{
	if (!closer)
		return;
	pthread_mutex_lock(&closer->lock);
	while (closer->threads)
		pthread_cond_wait(&closer->all_done, &closer->lock);
	pthread_mutex_unlock(&closer->lock);
	pthread_cond_destroy(&closer->all_done);
	pthread_mutex_destroy(&closer->lock);
	free(closer->fds);
	free(closer);
}

/* A thread's life: close one after the other until none is left. */
static void *closer_run(void *arg)
{
	struct closer *closer = arg;

	pthread_mutex_lock(&closer->lock);
	while (closer->n) {
		int fd = closer->fds[--closer->n];

		pthread_mutex_unlock(&closer->lock);
		close(fd);
		pthread_mutex_lock(&closer->lock);
	}
	if (!--closer->threads)
		pthread_cond_signal(&closer->all_done);
	pthread_mutex_unlock(&closer->lock);
	return NULL;
}

/* One more thread, with all signals left to the main one. Return: false if there can be none. */
static bool closer_start_thread(struct closer *closer)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	error = pthread_create(&thread, &attr, closer_run, closer);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return !error;
}

void closer_close(struct closer *closer, int fd)
{
	bool started = true;

	pthread_mutex_lock(&closer->lock);
	if (closer->n == closer->allocated) {
		closer->allocated = closer->allocated ? 2 * closer->allocated : 16;
		closer->fds = vs_xrealloc(closer->fds, closer->allocated * sizeof(*closer->fds));
	}
	closer->fds[closer->n++] = fd;
	if (closer->threads < THREADS_MAX) {
		closer->threads++;
		started = closer_start_thread(closer);
		closer->threads -= !started;
	}
	if (!started && !closer->threads) { /* nobody else will */
		closer->n--;
		close(fd);
	}
	pthread_mutex_unlock(&closer->lock);
}
