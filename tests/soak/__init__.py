"""A day of a watcher, squeezed into minutes: `make soak`. Not part of `make test`."""
