/* SPDX-License-Identifier: GPL-2.0-only */
/* closer.h - close packet sockets without waiting for it */
#ifndef VS_DP_CLOSER_H
#define VS_DP_CLOSER_H

/*
 * The kernel closes a packet socket, and takes a program off a device, only after every CPU has passed a quiet moment:
 * 10 to 30 ms each in which the daemon would move no frame. A thousand ports would take half a minute. So descriptors
 * are closed by threads, which wait side by side; they exist only while there is something to close, and touch nothing
 * else of the daemon.
 */
struct closer;

struct closer *closer_create(void);

/** closer_destroy() - wait until everything is closed. */
void closer_destroy(struct closer *closer);

/** closer_close() - close @fd soon; it is the closer's from now on. Nothing may be done with it any more. */
void closer_close(struct closer *closer, int fd);

#endif
