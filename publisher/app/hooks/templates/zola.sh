#!/bin/sh
# Build script for Zola: builds the site, then runs publisher.
#
#   publisher hook print zola > build.sh
#   sh build.sh
#
# Save it in the folder of the site. Its arguments go to Zola; without any, it runs `zola build`.
# It does not run publisher in development, that is with `serve`.
@NOTES@
cd "$(dirname "$0")" || exit
[ $# -gt 0 ] || set -- build
zola "$@" || exit

for word in "$@"; do
    case $word in
    serve)
        echo "publisher: not run in development" >&2
        exit
        ;;
    esac
done
@RUN@
