#!/bin/sh
# Build script for Hexo: builds the site, then runs publisher.
#
#   publisher hook print hexo > build.sh
#   sh build.sh
#
# Save it in the folder of the site, and let a script in package.json call it:
# "build": "sh build.sh". Its arguments go to Hexo; without any, it runs `hexo generate`. It does
# not run publisher in development: with `server` or --watch, or if NODE_ENV is development.
@NOTES@
cd "$(dirname "$0")" || exit
PATH=$PWD/node_modules/.bin:$PATH
[ $# -gt 0 ] || set -- generate
hexo "$@" || exit

for word in "${NODE_ENV-}" "$@"; do
    case $word in
    server | s | -w | --watch | development)
        echo "publisher: not run in development" >&2
        exit
        ;;
    esac
done
@RUN@
