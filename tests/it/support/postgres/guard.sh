# Keeps one PostgreSQL server for the process at the other end of the standard input.
# However that process ends, the pipe closes: then the server ends and its folder goes.
#   $1 folder, the rest: the server's command line
# `start` answers with the server's process id; `collect` waits for a server that was
# killed, and answers when it is gone.
folder=$1
shift
server=
while read -r word; do
  case $word in
  start)
    "$@" </dev/null >>"$folder/log" 2>&1 &
    server=$!
    echo "$server"
    ;;
  collect)
    wait "$server"
    server=
    echo collected
    ;;
  esac
done
# Its number is certain: nobody but this shell collects it.
if [ -n "$server" ]; then
  kill -QUIT "$server" 2>/dev/null
  wait "$server"
fi
# A server that was killed leaves its mark in shared memory, by which the next one on the
# same folder knows of it; there is none any more.
mark=$(sed -n 's/^ *[0-9]* *\([0-9][0-9]*\) *$/\1/p' "$folder/data/postmaster.pid" 2>/dev/null)
if [ -n "$mark" ]; then ipcrm -m "$mark" 2>/dev/null; fi
rm -rf -- "$folder"
