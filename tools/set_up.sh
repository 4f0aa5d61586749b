# The virtual environment with the locked packages. Sourced by bin/run, bin/test and bin/check; not run by itself.
#
#   set_up_environment requirements.txt [requirements-dev.txt]
#
# Leaves the interpreter's path in $python. VENV names another folder than .venv. Packages are installed
# only when a lock file's checksum is not the one in the stamp.

stop() {
  printf '%s: %s\n' "$command_name" "$1" >&2
  exit 1
}

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.11 python3 python3.12 python3.13 python3.14; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      printf '%s' "$candidate"
      return
    fi
  done
  stop "Python 3.11 or later is needed. Install it, on Debian or Ubuntu: apt-get install python3 python3-venv
Or name one that is there: PYTHON=/path/to/python3.11 $command_name"
}

make_environment() {
  local base version
  base=$(find_python) || exit 1
  version=$("$base" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  "$base" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
    stop "this Python $version has no venv module. Install it, on Debian or Ubuntu: apt-get install python$version-venv"
  mkdir -p "$venv" 2>/dev/null && [ -w "$venv" ] ||
    stop "the folder $venv cannot be written (a read-only checkout?).
Name a writable folder for the virtual environment: VENV=\$HOME/aftercare-venv $command_name"
  printf 'Setting up the virtual environment (the first time only).\n'
  "$base" -m venv --clear "$venv" || stop "the virtual environment could not be made in $venv."
}

set_up_environment() {
  local lock checksum stamp missing=()
  venv=${VENV:-$root/.venv}
  python=$venv/bin/python
  "$python" -c '' >/dev/null 2>&1 || make_environment
  for lock in "$@"; do
    checksum=$(cksum <"$root/$lock")
    stamp=$venv/$lock.installed
    [ "$checksum" = "$(cat "$stamp" 2>/dev/null)" ] || missing+=("$lock")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ -w "$venv" ] || stop "the packages in $venv are not those of ${missing[*]}, and the folder cannot be written.
Name a writable folder for the virtual environment: VENV=\$HOME/aftercare-venv $command_name"
  install_locked "$@"
}

install_locked() {
  local lock arguments=()
  printf 'Installing the locked packages (about a minute).\n'
  for lock in "$@"; do
    rm -f "$venv/$lock.installed"
    arguments+=(-r "$root/$lock")
  done
  "$python" -m pip install -qq --disable-pip-version-check --no-input --require-hashes "${arguments[@]}" ||
    stop "the packages could not be installed; the lines above say why. The package index is needed this once."
  for lock in "$@"; do
    cksum <"$root/$lock" >"$venv/$lock.installed"
  done
}
