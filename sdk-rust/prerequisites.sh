# prerequisites.sh: sourced by the project's scripts; makes sure that a C compiler and cargo are there, on a bare machine too.
#
# What is there is left alone. What is missing comes from Debian's packages; elsewhere it says what to install.
# The target for components is fetched by the build itself (host/build.rs calls wasm-toolchain.sh).

install_packages() { # install_packages WHY PACKAGE...
  local why=$1; shift
  if ! command -v apt-get >/dev/null; then
    echo "$why is missing and this is no Debian: install it with your system's packages and try again" >&2
    exit 1
  fi
  local sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
  echo "$why is missing; installing $*" >&2
  $sudo apt-get -q -o DPkg::Lock::Timeout=300 update >&2
  DEBIAN_FRONTEND=noninteractive $sudo apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" >&2
}

[ -d "${CARGO_HOME:-$HOME/.cargo}/bin" ] && PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
command -v cc >/dev/null || install_packages "a C compiler" gcc libc6-dev
command -v cargo >/dev/null || install_packages "cargo" cargo-web rustc-web
