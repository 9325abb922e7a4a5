/* SPDX-License-Identifier: GPL-2.0-only */
/* schema-rows.h - the rows of the schema: every table here, the columns of each in schema-rows-*.h */
#ifndef VS_SCHEMA_ROWS_H
#define VS_SCHEMA_ROWS_H

/*
 * Tables and columns are those of the Open vSwitch database (ovs-vswitchd.conf.db(5)), in its order and with its
 * types, so that tools find what they look for; a few columns are our own and say so. A row here is all it takes:
 * the store, the command dialect, the saved file and vswitch.conf(5) follow. The words T_*, K_* and S_* are
 * explained in schema.c, where they get their meaning; elsewhere they are skipped.
 */
#include "vswitchd/store/schema-rows-bridge.h"
#include "vswitchd/store/schema-rows-interface.h"
#include "vswitchd/store/schema-rows-openflow.h"
#include "vswitchd/store/schema-rows-port.h"
#include "vswitchd/store/schema-rows-switch.h"

/* X(table, root, name, doc): root as in struct schema_table, name the column that names a row */
#define SCHEMA_TABLES(X)                                                                                               \
	X(Open_vSwitch, true, SCHEMA_NO_NAME,                                                                          \
	  "The switch as a whole: exactly one row, addressed as `.' on the command line.")                             \
	X(Bridge, false, Bridge_name,                                                                                  \
	  "A virtual switch: its ports exchange frames with each other and with nobody else.")                         \
	X(Port, false, Port_name, "A port of a bridge: how frames enter and leave it, above all in which VLANs.")      \
	X(Interface, false, Interface_name, "The device behind a port: what carries the frames.")                      \
	X(Flow_Table, false, Flow_Table_name,                                                                          \
	  "An OpenFlow table of a bridge. Kept for tools; there is no OpenFlow here.")                                 \
	X(QoS, true, SCHEMA_NO_NAME, "A quality of service policy for a port. Kept for tools.")                        \
	X(Queue, true, SCHEMA_NO_NAME, "A queue of a quality of service policy. Kept for tools.")                      \
	X(Mirror, false, Mirror_name,                                                                                  \
	  "A copy of some of a bridge's traffic, sent to a port or a VLAN. Kept for tools.")                           \
	X(NetFlow, false, SCHEMA_NO_NAME, "Where to send NetFlow records. Kept for tools.")                            \
	X(sFlow, false, SCHEMA_NO_NAME, "Where to send sFlow samples. Kept for tools.")                                \
	X(IPFIX, false, SCHEMA_NO_NAME, "Where to send IPFIX records. Kept for tools.")                                \
	X(Flow_Sample_Collector_Set, true, SCHEMA_NO_NAME,                                                             \
	  "IPFIX collectors for OpenFlow sample actions. Kept for tools.")                                             \
	X(Controller, false, SCHEMA_NO_NAME,                                                                           \
	  "An OpenFlow controller. Kept for tools: bridges here always switch by themselves.")                         \
	X(Manager, false, SCHEMA_NO_NAME,                                                                              \
	  "A remote manager of the database. Kept for tools: this database is not served remotely.")                   \
	X(Datapath, false, SCHEMA_NO_NAME, "Per-datapath settings. Kept for tools.")                                   \
	X(CT_Zone, false, SCHEMA_NO_NAME, "A connection tracking zone. Kept for tools.")                               \
	X(CT_Timeout_Policy, false, SCHEMA_NO_NAME, "Timeouts of a connection tracking zone. Kept for tools.")         \
	X(SSL, false, SCHEMA_NO_NAME, "Keys and certificates for SSL connections; at most one row. Kept for tools.")   \
	X(AutoAttach, false, SCHEMA_NO_NAME, "Auto attach (IEEE 802.1AB extension) settings. Kept for tools.")

#endif
