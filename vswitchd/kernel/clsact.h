/* SPDX-License-Identifier: GPL-2.0-only */
/* clsact.h - programs on a device's ingress where the kernel has no tcx (before Linux 6.6) */
#ifndef VS_KERNEL_CLSACT_H
#define VS_KERNEL_CLSACT_H

/*
 * The older way is a cls_bpf filter on the device's clsact queueing discipline. The filter holds the program, so it
 * goes on working when the daemon is dead, and it can be replaced in place. But there is no link that could be pinned
 * and found again: the discipline is the device's, others put filters there too, and an ifindex may be another device's
 * by now. So what we do is written down, before it is done, in a map that is pinned as DIR/clsact: by name, the device,
 * the programs that our filter may hold, and whether the discipline was there before us. A filter is ours if it has our
 * handle and priority and holds one of these programs. Nothing else is ever replaced or removed.
 */

/**
 * kn_clsact_attach() - let the program @prog see what comes in by @ifindex
 * @dir: on a bpffs, where it is written down
 * @name: of the attachment, below 32 bytes; one of that name on another device is removed, one on this device is
 *	replaced between two frames
 * Return: 0 or -errno; -EEXIST if somebody else's filter is in our place.
 */
int kn_clsact_attach(const char *dir, int prog, int ifindex, const char *name);

/** kn_clsact_detach() - undo that, and remove the discipline if we made it and nobody else uses it. Return: 0; -ENOENT.
 */
int kn_clsact_detach(const char *dir, const char *name);

/** kn_clsact_discard() - undo all that is written down in @dir. */
void kn_clsact_discard(const char *dir);

#endif
