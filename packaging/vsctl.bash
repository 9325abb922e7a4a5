# SPDX-License-Identifier: GPL-2.0-only
# vsctl.bash - bash completion for vsctl: words from its own tables, names from the daemon while it runs

# Ask quietly, and not for long: a daemon that is down must not hold up the shell.
_vsctl_ask()
{
	"${COMP_WORDS[0]}" -t 1 "${_vsctl_where[@]}" "$@" 2>/dev/null
}

_vsctl_names()
{
	case $1 in
	BRIDGE | PARENT) _vsctl_ask list-br ;;
	PORT) _vsctl_ask --bare -- --columns=name list Port | sed '/^$/d' ;;
	INTERFACE) _vsctl_ask --bare -- --columns=name list Interface | sed '/^$/d' ;;
	RECORD) _vsctl_ask --bare -- --columns=name list "$2" | sed '/^$/d' ;;
	TABLE) echo Open_vSwitch Bridge Port Interface Mirror QoS Queue Controller ;;
	MODE) echo standalone secure ;;
	COMMAND) _vsctl_ask --commands | cut -f 1 ;;
	'--cleanup') echo --cleanup ;;
	esac
}

# The row of the table for the command that words $1, $2 begin with: name, options, arguments.
_vsctl_row()
{
	_vsctl_ask --commands | awk -F '\t' -v one="$1" -v two="$1 $2" '$1 == one || $1 == two'
}

_vsctl()
{
	local word=${COMP_WORDS[COMP_CWORD]} i start=1 _vsctl_where=() words=() options=() row name arguments
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--) start=$((i + 1)) words=() options=() ;;
		--rundir | --db)
			# Readline takes "--rundir=DIR" apart at the sign.
			[ "${COMP_WORDS[i + 1]}" = = ] && local skip=2 || local skip=1
			_vsctl_where+=("${COMP_WORDS[i]}=${COMP_WORDS[i + skip]}")
			i=$((i + skip))
			;;
		-t | -f | -d) i=$((i + 1)) ;;
		-*) options+=("${COMP_WORDS[i]}") ;;
		=) [ ${#words[@]} = 0 ] && i=$((i + 1)) || words[-1]+="=" ;;
		*) words+=("${COMP_WORDS[i]}") ;;
		esac
	done
	if [ ${#words[@]} = 0 ]; then
		if [[ $word == -* ]]; then
			local all
			all=$(_vsctl_ask --commands | cut -f 2 | tr ' ' '\n' | sort -u)
			[ "$start" = 1 ] && all+=" $(_vsctl_ask --options | sed 's/[ =]ARG$//')"
			mapfile -t COMPREPLY < <(compgen -W "$all" -- "$word")
		else
			mapfile -t COMPREPLY < <(compgen -W "$(_vsctl_ask --commands | cut -f 1 | cut -d ' ' -f 1)" -- "$word")
		fi
		return
	fi
	row=$(_vsctl_row "${words[0]}" "${words[1]}")
	if [ -z "$row" ]; then
		# A noun: its verbs.
		mapfile -t COMPREPLY < <(compgen -W "$(_vsctl_ask --commands | cut -f 1 |
			sed -n "s/^${words[0]} //p")" -- "$word")
		return
	fi
	IFS=$'\t' read -r name _ arguments <<<"${row//$'\t\t'/$'\t'-$'\t'}"
	set -- $arguments
	local at=$((${#words[@]} - $(wc -w <<<"$name") + 1)) names
	[ "$at" -gt $# ] && [[ $arguments == *... ]] && at=$#
	names=$(_vsctl_names "$(tr -d '[].' <<<"${!at}")" "${words[1]}")
	# What may be left out may be what comes after it.
	[[ ${!at} == \[*\] ]] && [ "$at" -lt $# ] && names+=" $(_vsctl_names "${@:at + 1:1}")"
	mapfile -t COMPREPLY < <(compgen -W "$names" -- "$word")
}

complete -F _vsctl vsctl
