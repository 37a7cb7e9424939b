"""What parsers of others read of our items: `make test-readers` installs them and runs these."""
