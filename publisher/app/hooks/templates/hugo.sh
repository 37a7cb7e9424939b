#!/bin/sh
# Build script for Hugo: builds the site, then runs publisher.
#
#   publisher hook print hugo > build.sh
#   sh build.sh --minify
#
# Save it in the folder of the site. Its arguments go to Hugo. It does not run publisher in
# development: with `server` or --watch, or if Hugo's environment is development.
@NOTES@
cd "$(dirname "$0")" || exit
hugo "$@" || exit

for word in "${HUGO_ENVIRONMENT-}" "${HUGO_ENV-}" "$@"; do
    case $word in
    server | serve | -w | --watch | development | -e?development | --environment=development)
        echo "publisher: not run in development" >&2
        exit
        ;;
    esac
done
@RUN@
