#!/bin/sh
# step.sh TEXT COMMAND...: say what is done, run the command, say how long it took.
# Of the packages that uv installs, only those that are worth waiting for are named.
text=$1
shift
echo "$text"
began=$(date +%s)
code=$({ { "$@" 2>&1; echo $? >&3; } | while IFS= read -r line; do
	case $line in " "[-+~]" "* | " Downloaded "*) ;; *) echo "    $line" >&2 ;; esac
done; } 3>&1)
[ "$code" = 0 ] && echo "    done in $(($(date +%s) - began)) s"
exit "$code"
