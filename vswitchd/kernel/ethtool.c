/* SPDX-License-Identifier: GPL-2.0-only */
/* ethtool.c - what a network card says of itself */
#include "vswitchd/kernel/ethtool.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define KN_LINK_MODE_WORDS 3 * 127 /* link_mode_masks_nwords is a signed byte; three masks follow */

static bool kn_ethtool_call(int sock, const char *device, void *command)
{
	struct ifreq ifr = {.ifr_data = command};

	memcpy(ifr.ifr_name, device, strnlen(device, IFNAMSIZ - 1));
	return ioctl(sock, SIOCETHTOOL, &ifr) == 0;
}

static void kn_ethtool_link(int sock, const char *device, struct kn_ethtool *facts)
{
	struct {
		struct ethtool_link_settings settings;
		uint32_t masks[KN_LINK_MODE_WORDS];
	} ask;

	/* The first answer says, as a negative number, how many words of masks the kernel wants room for. */
	memset(&ask, 0, sizeof(ask));
	ask.settings.cmd = ETHTOOL_GLINKSETTINGS;
	if (!kn_ethtool_call(sock, device, &ask) || ask.settings.link_mode_masks_nwords >= 0)
		return;
	ask.settings.link_mode_masks_nwords = (__s8)-ask.settings.link_mode_masks_nwords;
	ask.settings.cmd = ETHTOOL_GLINKSETTINGS;
	if (!kn_ethtool_call(sock, device, &ask))
		return;
	if (ask.settings.speed != 0 && ask.settings.speed != (uint32_t)SPEED_UNKNOWN)
		facts->speed = (uint64_t)ask.settings.speed * 1000000;
	facts->duplex_known = ask.settings.duplex == DUPLEX_FULL || ask.settings.duplex == DUPLEX_HALF;
	facts->full = ask.settings.duplex == DUPLEX_FULL;
}

void kn_ethtool_get(const char *device, struct kn_ethtool *facts)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memset(facts, 0, sizeof(*facts));
	if (sock < 0)
		return;
	if (kn_ethtool_call(sock, device, &info))
		snprintf(facts->driver, sizeof(facts->driver), "%.31s", info.driver);
	kn_ethtool_link(sock, device, facts);
	close(sock);
}
