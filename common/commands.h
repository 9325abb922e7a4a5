/* SPDX-License-Identifier: GPL-2.0-only */
/* commands.h - every command: what dispatch, --help, the man page and shell completion read */
#ifndef VS_COMMANDS_H
#define VS_COMMANDS_H

/*
 * A command is one row here and one function cmd_<id>() in vswitchd/control/. It lives in common/ so that vsctl can
 * explain every command while the daemon is down. A name of two words ("fdb show") is a noun and its verb.
 */
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define COMMANDS_ANY INT_MAX /* no limit to the number of arguments */

/* X(identifier, title) */
#define COMMAND_GROUPS(X)                                                                                              \
	X(SWITCH, "Switch commands")                                                                                   \
	X(BRIDGE, "Bridge commands")                                                                                   \
	X(PORT, "Port commands")                                                                                       \
	X(INTERFACE, "Interface commands")                                                                             \
	X(FDB, "Forwarding table commands")                                                                            \
	X(OPENFLOW, "Controllers, managers and the like (kept for tools; none has an effect)")                         \
	X(APPCTL, "Commands of ovs-appctl, also written NOUN/VERB")                                                    \
	X(OFCTL, "Commands of ovs-ofctl (there is no OpenFlow here: what they ask and say is of the switch itself)")   \
	X(DPCTL, "Commands of ovs-dpctl")                                                                              \
	X(DATABASE, "Database commands")                                                                               \
	X(WHOLE, "Commands on the configuration as a whole")

enum command_group {
#define X(id, title) COMMAND_GROUP_##id,
	COMMAND_GROUPS(X)
#undef X
		COMMAND_GROUP__COUNT
};

/*
 * X(identifier, name, least and most arguments, arguments, options, group, help)
 *
 * Options are separated by spaces; one that ends in `=' needs a value. In arguments, capitals stand for what is to be
 * filled in, brackets for what may be left out, dots for repetition; BRIDGE, PORT, INTERFACE, TABLE, RECORD and COMMAND
 * are words that shell completion knows.
 */
#define COMMANDS(X)                                                                                                    \
	X(init, "init", 0, 0, "", "", SWITCH, "do nothing: the database is always initialized")                        \
	X(show, "show", 0, 0, "", "", SWITCH, "print an overview: bridges, ports, interfaces, what is wrong")          \
	X(emer_reset, "emer-reset", 0, 0, "", "", SWITCH,                                                              \
	  "remove controllers, managers, mirrors and the like, keep bridges and ports")                                \
	X(monitor, "monitor", 0, COMMANDS_ANY, "[TABLE [COLUMN]...]...", "--initial", SWITCH,                          \
	  "print changes as they happen, each as a JSON object on a line of its own; TABLE may also be FDB; with "     \
	  "--initial, begin with what there is")                                                                       \
	X(log, "log", 0, 1, "[N]", "", SWITCH,                                                                         \
	  "print who changed what when: the last N changes, or all that are remembered")                               \
	X(version, "version", 0, 0, "", "", SWITCH, "print the version of the running daemon")                         \
	X(exit, "exit", 0, 1, "[--cleanup]", "--cleanup", SWITCH,                                                      \
	  "end the daemon; with --cleanup remove every device and namespace that it made")                             \
	X(help, "help", 0, 2, "[COMMAND]", "", SWITCH, "print all commands, or how COMMAND is used")                   \
	X(add_br, "add-br", 1, 3, "BRIDGE [PARENT VLAN]", "--may-exist", BRIDGE,                                       \
	  "add a bridge; with PARENT and VLAN, a fake bridge that stands for one VLAN of PARENT")                      \
	X(del_br, "del-br", 1, 1, "BRIDGE", "--if-exists", BRIDGE, "remove BRIDGE and all of its ports")               \
	X(list_br, "list-br", 0, 0, "", "--real --fake", BRIDGE, "print the names of all bridges")                     \
	X(br_exists, "br-exists", 1, 1, "BRIDGE", "", BRIDGE, "exit with status 2 if BRIDGE does not exist")           \
	X(br_to_vlan, "br-to-vlan", 1, 1, "BRIDGE", "", BRIDGE, "print the VLAN that BRIDGE stands for, or 0")         \
	X(br_to_parent, "br-to-parent", 1, 1, "BRIDGE", "", BRIDGE, "print the bridge that BRIDGE is a part of")       \
	X(br_set_external_id, "br-set-external-id", 2, 3, "BRIDGE KEY [VALUE]", "", BRIDGE,                            \
	  "set KEY in the external IDs of BRIDGE, or remove it")                                                       \
	X(br_get_external_id, "br-get-external-id", 1, 2, "BRIDGE [KEY]", "", BRIDGE,                                  \
	  "print one or all of the external IDs of BRIDGE")                                                            \
	X(add_port, "add-port", 2, COMMANDS_ANY, "BRIDGE PORT [COLUMN[:KEY]=VALUE]...", "--may-exist", PORT,           \
	  "add network device PORT to BRIDGE, and set columns of its Port record")                                     \
	X(del_port, "del-port", 1, 2, "[BRIDGE] PORT", "--if-exists --with-iface", PORT,                               \
	  "remove PORT; with --with-iface, PORT may also name one of its interfaces")                                  \
	X(add_bond, "add-bond", 4, COMMANDS_ANY, "BRIDGE PORT INTERFACE... [COLUMN[:KEY]=VALUE]...",                   \
	  "--may-exist --fake-iface", PORT, "add PORT, which consists of several interfaces, to BRIDGE")               \
	X(add_bond_iface, "add-bond-iface", 2, 2, "PORT INTERFACE", "--may-exist", PORT, "add INTERFACE to PORT")      \
	X(del_bond_iface, "del-bond-iface", 1, 2, "[PORT] INTERFACE", "--if-exists", PORT,                             \
	  "remove INTERFACE from its port")                                                                            \
	X(list_ports, "list-ports", 1, 1, "BRIDGE", "", PORT, "print the names of the ports of BRIDGE")                \
	X(port_to_br, "port-to-br", 1, 1, "PORT", "", PORT, "print the name of the bridge that has PORT")              \
	X(list_ifaces, "list-ifaces", 1, 1, "BRIDGE", "", INTERFACE, "print the names of the interfaces of BRIDGE")    \
	X(iface_to_br, "iface-to-br", 1, 1, "INTERFACE", "", INTERFACE,                                                \
	  "print the name of the bridge that has INTERFACE")                                                           \
	X(neighbor_show, "neighbor show", 0, 1, "[INTERFACE]", "", INTERFACE,                                          \
	  "print who was heard at the other end of each interface, or of INTERFACE, by LLDP, STP, LACP and the like")  \
	X(fdb_show, "fdb show", 1, 1, "BRIDGE", "", FDB, "print the stations that BRIDGE knows, and behind what port") \
	X(fdb_add, "fdb add", 4, 4, "BRIDGE PORT VLAN MAC", "", FDB,                                                   \
	  "pin station MAC in VLAN to PORT: it neither ages nor moves")                                                \
	X(fdb_del, "fdb del", 3, 3, "BRIDGE VLAN MAC", "", FDB, "forget station MAC in VLAN, pinned or learned")       \
	X(fdb_flush, "fdb flush", 0, 2, "[BRIDGE [PORT]]", "", FDB,                                                    \
	  "forget all learned stations, or those of BRIDGE, or those behind PORT")                                     \
	X(fdb_stats, "fdb stats", 0, 1, "[BRIDGE]", "", FDB, "print how many stations were learned, aged, moved")      \
	X(fdb_stats_show, "fdb stats-show", 1, 1, "BRIDGE", "", FDB, "the same, as ovs-appctl names it")               \
	X(fdb_stats_clear, "fdb stats-clear", 0, 1, "[BRIDGE]", "", FDB,                                               \
	  "begin to count anew, for all bridges or for BRIDGE")                                                        \
	X(get_controller, "get-controller", 1, 1, "BRIDGE", "", OPENFLOW, "print the controllers of BRIDGE")           \
	X(del_controller, "del-controller", 1, 1, "BRIDGE", "", OPENFLOW, "remove the controllers of BRIDGE")          \
	X(set_controller, "set-controller", 1, COMMANDS_ANY, "BRIDGE [TARGET]...", "--inactivity-probe=", OPENFLOW,    \
	  "set the controllers of BRIDGE")                                                                             \
	X(get_fail_mode, "get-fail-mode", 1, 1, "BRIDGE", "", OPENFLOW, "print the fail mode of BRIDGE")               \
	X(del_fail_mode, "del-fail-mode", 1, 1, "BRIDGE", "", OPENFLOW, "remove the fail mode of BRIDGE")              \
	X(set_fail_mode, "set-fail-mode", 2, 2, "BRIDGE MODE", "", OPENFLOW,                                           \
	  "set the fail mode of BRIDGE to standalone or secure")                                                       \
	X(list_commands, "list-commands", 0, 0, "", "", APPCTL, "print the commands that ovs-appctl has here")         \
	X(mdb_show, "mdb show", 1, 1, "BRIDGE", "", APPCTL, "print the multicast groups that BRIDGE knows")            \
	X(mdb_flush, "mdb flush", 0, 1, "[BRIDGE]", "", APPCTL, "forget multicast groups")                             \
	X(stp_show, "stp show", 0, 1, "[BRIDGE]", "", APPCTL, "print the state of the spanning tree protocol")         \
	X(rstp_show, "rstp show", 0, 1, "[BRIDGE]", "", APPCTL, "print the state of the rapid spanning tree protocol") \
	X(bond_list, "bond list", 0, 0, "", "", APPCTL, "print the bonds")                                             \
	X(bond_show, "bond show", 0, 1, "[PORT]", "", APPCTL, "print the state of bonds")                              \
	X(lacp_show, "lacp show", 0, 1, "[PORT]", "", APPCTL, "print the state of link aggregation")                   \
	X(bfd_show, "bfd show", 0, 1, "[INTERFACE]", "", APPCTL,                                                       \
	  "print the state of bidirectional forwarding detection")                                                     \
	X(cfm_show, "cfm show", 0, 1, "[INTERFACE]", "", APPCTL, "print the state of connectivity fault management")   \
	X(qos_show, "qos show", 1, 1, "INTERFACE", "", APPCTL, "print the quality of service that INTERFACE has")      \
	X(ofproto_list, "ofproto list", 0, 0, "", "", APPCTL, "print the names of the bridges")                        \
	X(vlog_list, "vlog list", 0, 0, "", "", APPCTL, "print how much the daemon says in its log")                   \
	X(vlog_set, "vlog set", 1, COMMANDS_ANY, "[MODULE:][DESTINATION:]LEVEL...", "", APPCTL,                        \
	  "set it: err, warn, info or dbg; there is one module, vswitchd, and one destination")                        \
	X(coverage_show, "coverage show", 0, 0, "", "", APPCTL,                                                        \
	  "print what was counted since the daemon began: frames, and drops by reason")                                \
	X(memory_show, "memory show", 0, 0, "", "", APPCTL, "print how much there is of what takes memory")            \
	X(dpif_show, "dpif show", 0, 0, "", "", APPCTL, "print the datapath, its bridges and ports")                   \
	X(dpif_dump_dps, "dpif dump-dps", 0, 0, "", "", APPCTL, "print every bridge with its kind of datapath")        \
	X(ofctl_show, "ofctl show", 1, 1, "BRIDGE", "", OFCTL, "print the ports of BRIDGE as its OpenFlow features")   \
	X(ofctl_dump_ports, "ofctl dump-ports", 1, 2, "BRIDGE [PORT]", "", OFCTL,                                      \
	  "print the counters of the ports of BRIDGE, or of PORT")                                                     \
	X(ofctl_dump_ports_desc, "ofctl dump-ports-desc", 1, 2, "BRIDGE [PORT]", "", OFCTL,                            \
	  "print the state of the ports of BRIDGE, or of PORT")                                                        \
	X(ofctl_mod_port, "ofctl mod-port", 3, 3, "BRIDGE PORT ACTION", "", OFCTL,                                     \
	  "set PORT up or down, or let it take part in floods (flood) or not (no-flood)")                              \
	X(ofctl_dump_flows, "ofctl dump-flows", 1, 2, "BRIDGE [FLOW]", "", OFCTL,                                      \
	  "print the one flow that BRIDGE has: actions=NORMAL")                                                        \
	X(ofctl_dump_tables, "ofctl dump-tables", 1, 1, "BRIDGE", "", OFCTL,                                           \
	  "print the one flow table that BRIDGE has")                                                                  \
	X(ofctl_dump_aggregate, "ofctl dump-aggregate", 1, 2, "BRIDGE [FLOW]", "", OFCTL,                              \
	  "print how many frames BRIDGE has taken in")                                                                 \
	X(ofctl_add_flow, "ofctl add-flow", 1, 2, "BRIDGE FLOW", "", OFCTL,                                            \
	  "accept a flow that says what is so anyway, actions=NORMAL; refuse any other")                               \
	X(ofctl_del_flows, "ofctl del-flows", 1, 2, "BRIDGE [FLOW]", "", OFCTL,                                        \
	  "accept it: there are no flows to delete")                                                                   \
	X(dpctl_show, "dpctl show", 0, COMMANDS_ANY, "[DATAPATH]...", "", DPCTL, "print the datapath and its ports")   \
	X(dpctl_dump_dps, "dpctl dump-dps", 0, 0, "", "", DPCTL, "print the name of the datapath")                     \
	X(get_manager, "get-manager", 0, 0, "", "", OPENFLOW, "print the managers")                                    \
	X(del_manager, "del-manager", 0, 0, "", "", OPENFLOW, "remove the managers")                                   \
	X(set_manager, "set-manager", 1, COMMANDS_ANY, "TARGET...", "--inactivity-probe=", OPENFLOW,                   \
	  "set the managers")                                                                                          \
	X(get_ssl, "get-ssl", 0, 0, "", "", OPENFLOW, "print the SSL files")                                           \
	X(del_ssl, "del-ssl", 0, 0, "", "", OPENFLOW, "remove the SSL files")                                          \
	X(set_ssl, "set-ssl", 3, 3, "PRIVATE-KEY CERTIFICATE CA-CERTIFICATE", "--bootstrap", OPENFLOW,                 \
	  "set the SSL files")                                                                                         \
	X(add_aa_mapping, "add-aa-mapping", 3, 3, "BRIDGE I-SID VLAN", "", OPENFLOW,                                   \
	  "add an auto attach mapping to BRIDGE")                                                                      \
	X(del_aa_mapping, "del-aa-mapping", 3, 3, "BRIDGE I-SID VLAN", "", OPENFLOW,                                   \
	  "remove an auto attach mapping from BRIDGE")                                                                 \
	X(get_aa_mapping, "get-aa-mapping", 1, 1, "BRIDGE", "", OPENFLOW, "print the auto attach mappings of BRIDGE")  \
	X(list, "list", 1, COMMANDS_ANY, "TABLE [RECORD]...", "--if-exists --columns=", DATABASE,                      \
	  "print the given records of TABLE, or all")                                                                  \
	X(find, "find", 1, COMMANDS_ANY, "TABLE [COLUMN[:KEY]=VALUE]...", "--columns=", DATABASE,                      \
	  "print the records of TABLE that meet all conditions: = != < > <= >= {=} {!=} {<} {>} {<=} {>=} {in} "       \
	  "{not-in}")                                                                                                  \
	X(get, "get", 2, COMMANDS_ANY, "TABLE RECORD [COLUMN[:KEY]]...", "--if-exists --id=", DATABASE,                \
	  "print the values of columns, one on each line; --id=@NAME names the record for other commands")             \
	X(set, "set", 3, COMMANDS_ANY, "TABLE RECORD COLUMN[:KEY]=VALUE...", "--if-exists", DATABASE,                  \
	  "set columns, or keys of map columns")                                                                       \
	X(add, "add", 4, COMMANDS_ANY, "TABLE RECORD COLUMN [KEY=]VALUE...", "--if-exists", DATABASE,                  \
	  "add values to a set column, or pairs to a map column")                                                      \
	X(remove, "remove", 4, COMMANDS_ANY, "TABLE RECORD COLUMN KEY|VALUE|KEY=VALUE...", "--if-exists", DATABASE,    \
	  "remove values from a set column, or pairs from a map column")                                               \
	X(clear, "clear", 3, COMMANDS_ANY, "TABLE RECORD COLUMN...", "--if-exists", DATABASE, "make columns empty")    \
	X(create, "create", 2, COMMANDS_ANY, "TABLE COLUMN[:KEY]=VALUE...", "--id=", DATABASE,                         \
	  "add a record and print its UUID; --id=@NAME names it for other commands of the line")                       \
	X(destroy, "destroy", 1, COMMANDS_ANY, "TABLE [RECORD]...", "--if-exists --all", DATABASE,                     \
	  "remove records that nothing refers to")                                                                     \
	X(wait_until, "wait-until", 2, COMMANDS_ANY, "TABLE RECORD [COLUMN[:KEY]=VALUE]...", "", DATABASE,             \
	  "wait until there is such a record and it meets all conditions, see find")                                   \
	X(comment, "comment", 0, COMMANDS_ANY, "[WORD]...", "", DATABASE,                                              \
	  "do nothing; the words are kept with the change in the database file")                                       \
	X(export, "export", 0, 1, "[FILE]", "", WHOLE,                                                                 \
	  "write the whole configuration to FILE or the standard output, as YAML or, with --format=json, as JSON")     \
	X(apply, "apply", 1, 1, "FILE", "", WHOLE,                                                                     \
	  "make the configuration what FILE (-: the standard input), YAML or JSON, says, and print what changes; "     \
	  "with --dry-run only print it")                                                                              \
	X(db_backup, "db backup", 0, 1, "[FILE]", "", WHOLE,                                                           \
	  "write a copy of the database to FILE or the standard output")                                               \
	X(db_restore, "db restore", 1, 1, "FILE", "", WHOLE,                                                           \
	  "bring back the database that was copied to FILE, as one change")                                            \
	X(db_check, "db check", 0, 1, "[FILE]", "", WHOLE,                                                             \
	  "look whether FILE, or the database in use, reads back whole")                                               \
	X(db_compact, "db compact", 0, 0, "", "", WHOLE, "write the database file anew, without the history of changes")

/* Those that change nothing, neither in the database nor elsewhere: what the socket for readers allows. */
#define COMMANDS_THAT_LOOK(X)                                                                                          \
	X(show)                                                                                                        \
	X(log)                                                                                                         \
	X(version)                                                                                                     \
	X(help)                                                                                                        \
	X(list_br)                                                                                                     \
	X(br_exists)                                                                                                   \
	X(br_to_vlan)                                                                                                  \
	X(br_to_parent)                                                                                                \
	X(br_get_external_id)                                                                                          \
	X(list_ports)                                                                                                  \
	X(port_to_br)                                                                                                  \
	X(list_ifaces)                                                                                                 \
	X(iface_to_br)                                                                                                 \
	X(fdb_show)                                                                                                    \
	X(fdb_stats)                                                                                                   \
	X(fdb_stats_show)                                                                                              \
	X(get_controller)                                                                                              \
	X(monitor)                                                                                                     \
	X(neighbor_show)                                                                                               \
	X(get_fail_mode)                                                                                               \
	X(get_manager)                                                                                                 \
	X(get_ssl)                                                                                                     \
	X(get_aa_mapping)                                                                                              \
	X(list_commands)                                                                                               \
	X(mdb_show)                                                                                                    \
	X(stp_show)                                                                                                    \
	X(rstp_show)                                                                                                   \
	X(bond_list)                                                                                                   \
	X(bond_show)                                                                                                   \
	X(lacp_show)                                                                                                   \
	X(bfd_show)                                                                                                    \
	X(cfm_show)                                                                                                    \
	X(qos_show)                                                                                                    \
	X(ofproto_list)                                                                                                \
	X(vlog_list)                                                                                                   \
	X(coverage_show)                                                                                               \
	X(memory_show)                                                                                                 \
	X(dpif_show)                                                                                                   \
	X(dpif_dump_dps)                                                                                               \
	X(ofctl_show)                                                                                                  \
	X(ofctl_dump_ports)                                                                                            \
	X(ofctl_dump_ports_desc)                                                                                       \
	X(ofctl_dump_flows)                                                                                            \
	X(ofctl_dump_tables)                                                                                           \
	X(ofctl_dump_aggregate)                                                                                        \
	X(dpctl_show)                                                                                                  \
	X(dpctl_dump_dps)                                                                                              \
	X(list)                                                                                                        \
	X(find)                                                                                                        \
	X(get)                                                                                                         \
	X(wait_until)                                                                                                  \
	X(comment)                                                                                                     \
	X(export)                                                                                                      \
	X(db_backup)                                                                                                   \
	X(db_check)

enum command_id {
#define X(id, name, min, max, args, options, group, help) COMMAND_##id,
	COMMANDS(X)
#undef X
		COMMAND__COUNT
};

/** struct command - one row of COMMANDS */
struct command {
	const char *name;
	int min_args, max_args;
	const char *args;
	const char *options;
	enum command_group group;
	const char *help;
};

extern const struct command commands[COMMAND__COUNT];
extern const char *const command_groups[COMMAND_GROUP__COUNT];

/**
 * command_find() - the command that @words begins with
 * @used: how many words its name took, 1 or 2. "fdb/show" and "fdb show" are the same.
 * Return: NULL if there is none.
 */
const struct command *command_find(int n, char *const words[], int *used);

/** command_looks() - whether it changes nothing: a row of COMMANDS_THAT_LOOK. */
bool command_looks(const struct command *command);

/** enum command_file - what vsctl does with the FILE of a command: hand over what is in it, or write the answer to it
 */
enum command_file { COMMAND_FILE_NONE, COMMAND_FILE_IN, COMMAND_FILE_OUT };

enum command_file command_file(const struct command *command);

/** command_find_verb() - by the word that a program whose commands are of one @noun uses; "" as in commands of that
 * name. */
const struct command *command_find_verb(const char *noun, const char *word);

/** command_verb() - the other way round: the word for @command. Return: malloc()ed. */
char *command_verb(const struct command *command, const char *noun);

/**
 * command_option_arg() - look for an option among those of @command
 * @name: with its dashes, @len bytes
 * Return: -1 there is none of that name; 0 it takes no value; 1 it needs one.
 */
int command_option_arg(const struct command *command, const char *name, size_t len);

/** command_print_usage() - "add-br BRIDGE ...", its options and its help sentence, for `vsctl help COMMAND`. */
void command_print_usage(const struct command *command, const char *program, FILE *out);

/** command_print_list() - all commands by group, for --help. */
void command_print_list(FILE *out);

/** command_print_words() - one "NAME<tab>OPTIONS<tab>ARGUMENTS" each, for shell completion. */
void command_print_words(FILE *out);

#endif
