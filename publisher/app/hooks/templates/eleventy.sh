#!/bin/sh
# Build script for Eleventy: builds the site, then runs publisher.
#
#   publisher hook print eleventy > build.sh
#   sh build.sh
#
# Save it in the folder of the site, and let a script in package.json call it:
# "build": "sh build.sh". Its arguments go to Eleventy. It does not run publisher in development:
# with --serve or --watch, or if NODE_ENV is development.
@NOTES@
cd "$(dirname "$0")" || exit
PATH=$PWD/node_modules/.bin:$PATH
eleventy "$@" || exit

for word in "${NODE_ENV-}" "$@"; do
    case $word in
    --serve | --watch | development)
        echo "publisher: not run in development" >&2
        exit
        ;;
    esac
done
@RUN@
