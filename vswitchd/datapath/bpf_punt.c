/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf_punt.c - the punt channel: frames that only the daemon can serve come up from the kernel, and go down again */

/*
 * A veth pair of our own. The programs put an outer tag on a frame that says what it is (enum vs_punt) and send it into
 * their end; we read the other one with the packet driver of the user datapath, so that GSO frames and partial
 * checksums stay as they are. (The kernel cuts a GSO frame that has a tag of its own below ours.) The other way we
 * write the frame with such a tag in its bytes, and vs_punt_in, behind the programs' end, takes it off. Behind our end
 * vs_punt_up keeps the host's stack out, and counts what comes while there is no daemon.
 *
 * Ports that we serve ourselves have a driver, too. What comes in by one goes down the channel, to be forwarded by the
 * programs as from any port; what the programs send to one comes up and is handed to its driver.
 *
 * Frames come up as fast as anybody sends them. They wait in the socket, whose buffer is bounded; each turn of the
 * event loop takes one batch, so that whoever else wants something of us has its turn as well. Of control frames the
 * programs let only so many through (core/control.h).
 */
#include <errno.h>
#include <stdlib.h>

#include "common/list.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "vswitchd/datapath/bpf.h"
#include "vswitchd/datapath/driver.h"
#include "vswitchd/kernel/link.h"

#define MTU_MAX 65535
/* Of a frame with a tag in its bytes the kernel wants two more below it than an Ethernet header (skb_vlan_untag()). */
#define DOWN_MIN 16

#define LINK_IN "punt-in"
#define LINK_UP "punt-up"

/**
 * struct bpf_punt - the channel
 * @channel: our end
 * @ifindex: the programs' end
 * @sender: the port whose frame went down last
 * @batch_ns: when the last batch came up
 */
struct bpf_punt {
	struct up_io io;
	struct bpf_dp *bpf;
	struct up_port *channel;
	int ifindex;
	uint32_t sender;
	uint64_t batch_ns;
};

static struct bpf_slot *slot_get(struct bpf_punt *punt, uint32_t number)
{
	return number < VS_BPF_PORTS ? punt->bpf->ports[number] : NULL;
}

/* charge() - what our end has dropped since the last call was of port @number. */
static void charge(struct bpf_punt *punt, uint32_t number)
{
	struct bpf_slot *slot = slot_get(punt, number);
	uint64_t *drops = punt->channel->stats.drops;

	for (int reason = 0; slot && reason < VS_DROP__COUNT; reason++) {
		slot->lost[reason] += drops[reason];
		drops[reason] = 0;
	}
}

/*
 * charge_full() - the first frame of a batch is of port @number. Frames were lost while others waited, of which this is
 * the oldest; the kernel does not say whose they were, so its port is charged: that of a flood, when there is one.
 */
static void charge_full(struct bpf_punt *punt, uint32_t number)
{
	if (punt->batch_ns == punt->io.now_ns)
		return;
	punt->batch_ns = punt->io.now_ns;
	charge(punt, punt->sender);
	punt->channel->driver->count(punt->channel);
	charge(punt, number);
}

/* --- up --------------------------------------------------------------------------------------------------------- */

static void up_to_port(struct bpf_punt *punt, uint32_t number, struct frame *frame)
{
	struct bpf_slot *slot = slot_get(punt, number);

	if (slot && slot->served)
		slot->served->driver->send(slot->served, frame, NULL);
}

static void up_to_listener(struct bpf_punt *punt, uint32_t number, struct frame *frame)
{
	if (slot_get(punt, number) && punt->bpf->dp.callbacks.control)
		up_control(&punt->bpf->dp, number, frame);
}

static void punt_up(struct bpf_punt *punt, struct frame *frame)
{
	static void (*const takers[])(struct bpf_punt * punt, uint32_t number, struct frame * frame) = {
		[VS_PUNT_PORT] = up_to_port,
		[VS_PUNT_CONTROL] = up_to_listener,
	};
	const struct vs_tagop pop = {.pop = 1};
	const struct vs_tag tag = frame->n_tags ? frame->tags[0] : (struct vs_tag){0, 0};
	uint32_t number = tag.tci & VS_TCI_VID;

	if (tag.tpid != VS_TPID_S || VS_PUNT_WHAT(tag.tci) >= sizeof(takers) / sizeof(takers[0]))
		return; /* nobody but the programs has a reason to send here */
	charge_full(punt, number);
	frame_retag(frame, &pop);
	frame_uncover(frame);
	takers[VS_PUNT_WHAT(tag.tci)](punt, number, frame);
}

/* --- down ------------------------------------------------------------------------------------------------------- */

static enum vs_drop punt_down(struct bpf_punt *punt, uint32_t number, enum vs_punt what, const struct frame *from)
{
	const struct vs_tagop push = {.push = {.tpid = VS_TPID_S, .tci = VS_PUNT_TCI(what, number)}};
	struct frame frame = *from;

	if (frame_len(from) < DOWN_MIN || !frame_retag(&frame, &push))
		return VS_DROP_RUNT;
	if (number != punt->sender)
		charge(punt, punt->sender);
	punt->sender = number;
	punt->channel->driver->send(punt->channel, &frame, NULL);
	return VS_DROP_NONE;
}

static void punt_input(struct up_port *port, struct frame *frame, const struct vs_ip *from)
{
	struct bpf_punt *punt = vs_container(port->io, struct bpf_punt, io);

	(void)from;
	if (port == punt->channel)
		punt_up(punt, frame);
	else if (punt_down(punt, port->number, VS_PUNT_PORT, frame) != VS_DROP_NONE)
		up_drop(port, VS_DROP_RUNT);
}

int bpf_punt_output(struct bpf_dp *bpf, uint32_t number, const uint8_t *bytes, size_t len)
{
	int err = bpf_punt_open(bpf);
	uint8_t *copy;
	struct frame frame;
	enum vs_drop reason;

	if (err)
		return err;
	copy = vs_xmemdup(bytes, len);
	reason = frame_parse(&frame, copy, len, NULL, NULL);
	if (reason == VS_DROP_NONE)
		reason = punt_down(bpf->punt, number, VS_PUNT_OUTPUT, &frame);
	up_flush(&bpf->punt->io);
	free(copy);
	return reason == VS_DROP_NONE ? 0 : -EINVAL;
}

/* --- life ------------------------------------------------------------------------------------------------------- */

/* The socket comes first: what the program at our end takes off has been read, or is counted. */
static int punt_attach(struct bpf_punt *punt, const int ends[2])
{
	const struct dp_port_config config = {.kind = DP_PORT_NETDEV, .name = "punt channel", .ifindex = ends[1]};
	struct bpf_dp *bpf = punt->bpf;
	int err = up_port_open(&punt->io, &config, 0, &punt->channel);

	if (!err)
		err = kn_bpf_attach(bpf->bpf, KN_BPF_PUNT_UP, ends[1], LINK_UP);
	if (!err)
		err = kn_bpf_attach(bpf->bpf, KN_BPF_PUNT_IN, ends[0], LINK_IN);
	if (!err && bpf->dp.callbacks.control) {
		bpf->meta.punt_ifindex = (uint32_t)ends[0];
		err = bpf_put_meta(bpf);
	}
	return err;
}

int bpf_punt_open(struct bpf_dp *bpf)
{
	struct bpf_punt *punt;
	int ends[2], err;

	if (bpf->punt)
		return 0;
	err = bpf_pair_get(bpf, 'c', BPF_PUNT_ALIAS, MTU_MAX, ends);
	if (err)
		return err;
	punt = vs_xcalloc(1, sizeof(*punt));
	punt->bpf = bpf;
	punt->ifindex = ends[0];
	punt->io.input = punt_input;
	punt->io.guarded = true;
	err = up_io_open(&punt->io, bpf->base);
	if (!err)
		err = punt_attach(punt, ends);
	bpf->punt = punt;
	if (err)
		bpf_punt_close(bpf, true);
	return err;
}

void bpf_punt_close(struct bpf_dp *bpf, bool remove)
{
	struct bpf_punt *punt = bpf->punt;

	if (!punt)
		return;
	up_port_close(punt->channel);
	up_io_close(&punt->io);
	if (remove) {
		kn_bpf_detach(bpf->bpf, LINK_IN);
		kn_bpf_detach(bpf->bpf, LINK_UP);
		kn_link_delete(bpf->kn, punt->ifindex);
	}
	free(punt);
	bpf->punt = NULL;
}

int bpf_punt_port(struct bpf_dp *bpf, uint32_t number, struct bpf_slot *slot, const struct dp_port_config *config)
{
	int err = bpf_punt_open(bpf);

	if (!err && !slot->served)
		err = up_port_open(&bpf->punt->io, config, number, &slot->served);
	else if (!err && slot->served->driver->set)
		err = slot->served->driver->set(slot->served, config);
	if (err)
		return err;
	slot->row.kind = VS_BPF_DAEMON;
	slot->row.ifindex = (uint32_t)bpf->punt->ifindex;
	return 0;
}

void bpf_punt_drops(struct bpf_dp *bpf, uint32_t number, uint64_t drops[VS_DROP__COUNT])
{
	const struct bpf_slot *slot = bpf->ports[number];

	if (bpf->punt)
		charge(bpf->punt, bpf->punt->sender);
	for (int reason = 0; reason < VS_DROP__COUNT; reason++)
		drops[reason] += slot->lost[reason] + (slot->served ? slot->served->stats.drops[reason] : 0);
}
