/* SPDX-License-Identifier: GPL-2.0-only */
/* daemon.c - vswitchd: owns the store, the datapath, the reconciler and the control socket, and wires them up */
#include "vswitchd/daemon.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/control/control.h"
#include "vswitchd/control/neighbor.h"
#include "vswitchd/datapath/dp.h"
#include "vswitchd/reconcile/reconcile.h"
#include "vswitchd/store/store.h"

#define SIGNALS 2

struct daemon {
	const struct options *options;
	struct event_base *base;
	struct event *signals[SIGNALS];
	struct store *store;
	struct dp *dp;
	struct neighbors *neighbors;
	char *datapath_text;
	struct rc *rc;
	struct ctl *ctl;
	bool cleanup;
	int lock;
};

/* --- what the rooms ask of each other, through us -------------------------------------------------------------- */

static void env_refresh(void *arg, struct store_row *interface)
{
	rc_refresh(((struct daemon *)arg)->rc, interface);
}

static uint32_t env_bridge_number(void *arg, const char *bridge)
{
	return rc_bridge_number(((struct daemon *)arg)->rc, bridge);
}

static uint32_t env_port_number(void *arg, const char *interface)
{
	return rc_port_number(((struct daemon *)arg)->rc, interface);
}

static const char *env_port_name(void *arg, uint32_t number)
{
	return rc_port_name(((struct daemon *)arg)->rc, number);
}

/* A frame may come in by a port that is not anybody's yet. */
static void env_control(void *arg, uint32_t number, const uint8_t *bytes, size_t len)
{
	struct daemon *d = arg;
	const char *interface = d->rc ? rc_port_name(d->rc, number) : NULL;

	if (interface)
		neighbors_heard(d->neighbors, number, interface, bytes, len);
}

static void env_quit(void *arg, bool cleanup)
{
	struct daemon *d = arg;

	d->cleanup = cleanup;
	event_base_loopexit(d->base, NULL);
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	(void)what;
	vs_info("ending on signal %d", (int)number);
	env_quit(arg, false);
}

/* --- start ----------------------------------------------------------------------------------------------------- */

/* @path and what leads to it, as mkdir -p does. */
static int make_directories(const char *path)
{
	char *copy = vs_xstrdup(path);
	int err = 0;

	for (char *slash = copy + 1; !err && (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			err = -errno;
		*slash = '/';
	}
	if (!err && mkdir(copy, 0755) < 0 && errno != EEXIST)
		err = -errno;
	free(copy);
	return err;
}

/* The directory that the file @path of option @option is in. Return: 0 or -errno, after the message. */
static int make_directory_of(const char *option, const char *path)
{
	char *directory = vs_xstrdup(path), *slash = strrchr(directory, '/');
	int err = 0;

	if (slash && slash != directory) {
		*slash = '\0';
		err = make_directories(directory);
		if (err)
			vs_err("cannot make the directory of %s \"%s\": %s", option, path, strerror(-err));
	}
	free(directory);
	return err;
}

static int prepare_paths(const struct options *o)
{
	int err = make_directories(o->rundir);

	if (err)
		vs_err("cannot make --rundir \"%s\": %s", o->rundir, strerror(-err));
	if (!err)
		err = make_directory_of("--db", o->db);
	for (size_t i = 0; i < o->n_remotes && !err; i++)
		err = make_directory_of("--remote", o->remotes[i]);
	return err;
}

/*
 * The run directory is ours alone from before the first look at what is pinned in it: a second daemon would take over,
 * or even remove, what the first one forwards with. The lock ends with the process. Return: 0 or -errno, after the
 * message.
 */
static int lock_rundir(const char *rundir, int *lock)
{
	*lock = open(rundir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*lock >= 0 && !flock(*lock, LOCK_EX | LOCK_NB))
		return 0;
	vs_err("cannot use --rundir \"%s\": %s", rundir,
	       *lock >= 0 && errno == EWOULDBLOCK ? "another vswitchd serves there" : strerror(errno));
	return -EBUSY;
}

/* Every port is a socket or two: take as many descriptors as we may. */
static void raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	if (limit.rlim_max < 1 << 20 && !setrlimit(RLIMIT_NOFILE, &(struct rlimit){1 << 20, 1 << 20}))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Somebody may want to look at a database without rights; but who does not should hear why no port comes up. */
static void check_rights(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	else
		vs_warn("cannot open packet sockets (%s), so no port will come up; start vswitchd as root",
			strerror(errno));
}

/* Return: 0 or -errno, after the message. */
static int flush(const struct options *options)
{
	char *why = NULL;
	int err = dp_bpf_flush(options->rundir, &why);

	if (err)
		vs_err("cannot remove what is pinned in \"%s/bpf\": %s", options->rundir, why ? why : strerror(-err));
	free(why);
	return err;
}

/* --flush: end what a daemon that is no more left in the kernel. */
static int flush_alone(const struct options *options)
{
	int lock, err;

	if (access(options->rundir, F_OK) < 0 && errno == ENOENT)
		return 0;
	err = lock_rundir(options->rundir, &lock);
	if (!err)
		err = flush(options);
	if (lock >= 0)
		close(lock);
	return err;
}

/* The kernel's datapath where the kernel allows it; under auto, ours where it does not, and `show` says why. */
static int open_datapath(struct daemon *d)
{
	const char *asked = d->options->datapath;
	char *why = NULL;
	int err = -ENOTSUP;

	if (strcmp(asked, "user") != 0) {
		err = dp_bpf_open(d->base, d->options->rundir, &d->dp, &why);
		if (err && strcmp(asked, "auto") != 0)
			vs_err("--datapath bpf: %s", why);
		if (!err || strcmp(asked, "auto") != 0) {
			d->datapath_text = vs_xasprintf("bpf (%s)", strcmp(asked, "bpf") ? "auto: the kernel allows it"
											 : "asked for by --datapath");
			free(why);
			return err;
		}
		vs_warn("datapath user, for the bpf datapath is not to be had: %s", why);
	}
	check_rights();
	/* What the kernel still forwards from before would come out twice. */
	if (flush(d->options))
		return -EBUSY;
	err = dp_user_open(d->base, &d->dp);
	if (err)
		vs_err("cannot start the user datapath: %s", strerror(-err));
	d->datapath_text = why ? vs_xasprintf("user (auto: %s)", why) : vs_xstrdup("user (asked for by --datapath)");
	free(why);
	return err;
}

static int open_store(struct daemon *d)
{
	char *error = NULL;
	int err = store_open(d->options->db, &d->store, &error);

	if (err)
		vs_err("%s", error);
	free(error);
	return err;
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int open_control(struct daemon *d)
{
	const struct ctl_env env = {.store = d->store,
				    .dp = d->dp,
				    .neighbors = d->neighbors,
				    .datapath_text = d->datapath_text,
				    .refresh = env_refresh,
				    .bridge_number = env_bridge_number,
				    .port_number = env_port_number,
				    .port_name = env_port_name,
				    .quit = env_quit,
				    .arg = d,
				    .started = now_s()};
	char *path = vs_xasprintf("%s/vswitchd.sock", d->options->rundir);
	const char *at = path;
	int err = ctl_open(d->base, &env, path, d->options->group, &d->ctl);

	for (size_t i = 0; i < d->options->n_remotes && !err; i++) {
		at = d->options->remotes[i];
		err = ctl_listen(d->ctl, at, d->options->group, false);
	}
	if (!err) {
		free(path);
		at = path = vs_xasprintf("%s/vswitchd.ro.sock", d->options->rundir);
		err = ctl_listen(d->ctl, path, d->options->readers, true);
	}
	if (err)
		vs_err("cannot listen on \"%s\": %s", at,
		       err == -EADDRINUSE ? "another process serves there" : strerror(-err));
	free(path);
	return err;
}

static int open_all(struct daemon *d)
{
	static const int numbers[SIGNALS] = {SIGTERM, SIGINT};
	int err = prepare_paths(d->options);

	if (!err)
		err = lock_rundir(d->options->rundir, &d->lock);
	if (err)
		return err;
	d->base = event_base_new();
	if (!d->base) {
		vs_err("cannot make an event loop");
		return -ENOMEM;
	}
	for (int i = 0; i < SIGNALS; i++) {
		d->signals[i] = evsignal_new(d->base, numbers[i], on_signal, d);
		event_add(d->signals[i], NULL);
	}
	err = open_store(d);
	if (!err)
		err = open_datapath(d);
	if (!err) {
		d->neighbors = neighbors_create();
		d->dp->callbacks = (struct dp_callbacks){.control = env_control, .arg = d};
		err = open_control(d);
	}
	if (err)
		return err;
	err = rc_open(d->base, d->store, d->dp, d->options->rundir, &d->rc);
	if (err)
		vs_err("cannot start: %s", strerror(-err));
	else if (d->dp->ops->settle)
		d->dp->ops->settle(d->dp);
	return err;
}

static void close_all(struct daemon *d)
{
	if (d->ctl)
		ctl_close(d->ctl);
	if (d->rc && d->cleanup)
		rc_cleanup(d->rc);
	if (d->rc)
		rc_close(d->rc);
	if (d->dp)
		d->dp->ops->close(d->dp);
	neighbors_destroy(d->neighbors);
	if (d->store)
		store_close(d->store);
	for (int i = 0; i < SIGNALS; i++) {
		if (d->signals[i])
			event_free(d->signals[i]);
	}
	if (d->base)
		event_base_free(d->base);
	free(d->datapath_text);
	if (d->lock >= 0)
		close(d->lock);
}

int daemon_run(const struct options *options, void (*ready)(void *arg), void *arg)
{
	struct daemon d = {.options = options, .lock = -1};
	int err;

	signal(SIGPIPE, SIG_IGN);
	if (options->flush)
		return flush_alone(options) ? EXIT_FAILURE : EXIT_SUCCESS;
	raise_limits();
	err = open_all(&d);
	if (!err) {
		vs_info("vswitchd " VS_VERSION " ready, datapath %s", d.datapath_text);
		if (ready)
			ready(arg);
		event_base_dispatch(d.base);
	}
	close_all(&d);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
