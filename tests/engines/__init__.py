"""Comparisons with the real site generators: `make test-engines` installs them and runs these."""
