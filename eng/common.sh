# shellcheck shell=bash
# What the scripts share. Sourced, with the repository as the working directory.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 MSBUILDDISABLENODEREUSE=1
logs=artifacts/logs

# fail WHAT [WHAT TO DO]...
fail() {
  printf 'error: %s\n' "$1" >&2
  shift
  if [ $# -gt 0 ]; then printf '  %s\n' "$@" >&2; fi
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "'$*' needs root, and there is no sudo" "run this script as root once, or have that command run for you"
  fi
}

# Runs a command quietly: its output goes to a log, whose end is shown when it fails.
# quietly NAME COMMAND...
quietly() {
  local log=$logs/$1.log
  shift
  mkdir -p "$logs"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    printf 'error: failed: %s\n' "$*" >&2
    tail -n 25 "$log" | sed 's/^/  | /' >&2
    printf '  the whole output: %s\n' "$log" >&2
    return 1
  fi
}

# Installs Debian packages. Reads the lists of packages again only where they do not know one of them, or are too old.
# install_packages PACKAGE...
install_packages() {
  command -v apt-get >/dev/null || fail "these Debian packages, or what your system calls them, are missing: $*"
  local install=(env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a apt-get install -y -qq "$@")
  mkdir -p "$logs"
  if ! as_root "${install[@]}" >"$logs/packages.log" 2>&1 </dev/null; then
    quietly packages as_root apt-get update -qq
    quietly packages as_root "${install[@]}"
  fi
}

# Unpacks a Debian package without installing it. Needs root only where the lists of packages have to be read again.
# unpack_package PACKAGE FOLDER
unpack_package() {
  command -v apt-get >/dev/null || fail "this Debian package, or what your system calls it, is missing: $1"
  local download
  download=$(mktemp -d)
  # shellcheck disable=SC2016 # The inner shell expands it.
  local get=(sh -c 'cd "$1" && apt-get download -qq "$2"' sh "$download" "$1")
  if ! quietly packages "${get[@]}" 2>/dev/null; then
    quietly packages as_root apt-get update -qq
    quietly packages "${get[@]}"
  fi
  quietly packages dpkg-deb -x "$download"/*.deb "$download/files"
  rm -rf "$2"
  mkdir -p "$(dirname "$2")"
  mv "$download/files" "$2"
  rm -rf "$download"
}

require_dotnet() {
  command -v dotnet >/dev/null || fail "there is no .NET SDK" "install the .NET 10 SDK: https://dotnet.microsoft.com/download"
  dotnet --version >/dev/null 2>&1 ||
    fail "global.json asks for the .NET 10 SDK, and here is only: $(cd / && dotnet --list-sdks | cut -d' ' -f1 | paste -sd' ')" \
      "install the .NET 10 SDK: https://dotnet.microsoft.com/download"
}

# Begins the script anew as a member of the group docker, when this shell is older than the user's membership.
# enter_docker_group SCRIPT [ARGUMENT]...
enter_docker_group() {
  if docker version >/dev/null 2>&1; then return; fi
  if [ -z "${ENTERED_DOCKER_GROUP:-}" ] && command -v sg >/dev/null; then
    ENTERED_DOCKER_GROUP=1 exec sg docker -c "$(printf '%q ' "$@")"
  fi
  fail "$(id -un) may not use Docker's engine yet" "log out and in again, then run: $1"
}
