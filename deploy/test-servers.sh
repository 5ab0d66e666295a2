#!/bin/sh
# Install the Debian packages that the tests' real servers come from, those that are missing, when we may.
set -eu
missing=""
for package in "$@"; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "The tests need these Debian packages:$missing. Install them with: sudo apt-get install$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# The packages would start their services: the tests start servers of their own.
printf '#!/bin/sh\nexit 101\n' > /tmp/policy-rc.d.$$
if [ ! -e /usr/sbin/policy-rc.d ]; then
    install -m 755 /tmp/policy-rc.d.$$ /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
rm -f /tmp/policy-rc.d.$$
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
