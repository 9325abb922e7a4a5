/* SPDX-License-Identifier: GPL-2.0-only */
/* rx.h - the receive slots that all drivers of the user datapath share */
#ifndef VS_DP_RX_H
#define VS_DP_RX_H

/*
 * One thread reads one socket at a time, so one set of buffers serves every port: thousands of ports cost no memory
 * for receiving. A slot holds the largest frame there is (a GSO frame of 64 KiB with its headers); its pages are only
 * touched as far as frames reach.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define RX_BATCH 64
#define RX_SLOT (68 * 1024)
#define RX_CONTROL 128
#define RX_SCRATCH (128 * 1024)

struct rx;

struct rx *rx_create(void);
void rx_destroy(struct rx *rx);

/** struct rx_frame - one datagram of a batch. @head: the first bytes, as many as asked for. */
struct rx_frame {
	uint8_t *head;
	uint8_t *data;
	size_t len;
	struct msghdr *msg;
};

/**
 * rx_receive() - fill slots from a socket without blocking
 * @head_len: how many first bytes go to @head rather than to @data (a vnet header); at most 16
 * Return: number of datagrams, 0 when none wait, or -errno.
 */
int rx_receive(struct rx *rx, int fd, size_t head_len);

/** rx_get() - datagram @i of the last batch. @room behind data is RX_SLOT in all. */
struct rx_frame rx_get(struct rx *rx, int i);

/** rx_scratch() - RX_SCRATCH bytes beside the slots, for frames that must be made anew. */
uint8_t *rx_scratch(struct rx *rx);

#endif
