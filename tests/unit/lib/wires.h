/* SPDX-License-Identifier: GPL-2.0-only */
/* wires.h - cables for a datapath under test: veth pairs from the program's namespace into one with nothing else */
#ifndef VS_TEST_WIRES_H
#define VS_TEST_WIRES_H

/*
 * The near end of each pair is for the datapath. All far ends are in a second namespace, where one packet socket sends
 * into any of them and sees whatever arrives at any of them, in order. The far end of wire N has the address of station
 * N (02:00:00:00:00:N), so that frames to it take the short cut that the kernel has for them.
 *
 * The program is bound to one CPU. A frame that is sent is then forwarded, by the kernel's own receive loop, while no
 * other code of ours can run: what the counters say is never half of a frame.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define WIRES 128

struct wires;

/**
 * wires_open() - move the program into namespaces of its own (lab_enter()), on one CPU
 * Return: NULL, with the reason printed, where that is not allowed.
 */
struct wires *wires_open(const char *program);

/** wires_close() - remove every wire. */
void wires_close(struct wires *wires);

/** wires_get() - the device of the near end of wire @id, made when it is first asked for. Return: ifindex, -errno. */
int wires_get(struct wires *wires, unsigned int id);

/** wires_await() - wait until wire @id carries what is sent: one that was just made may drop it, for up to a second. */
int wires_await(struct wires *wires, unsigned int id);

/**
 * wires_carry() - whether a frame arrives on a real wire at all. The kernel takes the tag off before anybody sees the
 * frame, and drops one whose tag is cut off (skb_vlan_untag()); a network device takes no less than a header.
 */
bool wires_carry(const uint8_t *bytes, size_t len);

/** wires_send() - put a frame into the far end. Return: 0 or -errno. */
int wires_send(struct wires *wires, unsigned int id, const uint8_t *bytes, size_t len);

/**
 * wires_receive() - take the next frame that arrived at a far end, with its tag where it is on a wire
 * Return: its length; -EAGAIN: there is none.
 */
ssize_t wires_receive(struct wires *wires, unsigned int *id, uint8_t *bytes, size_t size);

#endif
