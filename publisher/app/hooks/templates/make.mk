# Makefile rules: `make feeds` builds the site, then runs publisher.
#
#   publisher hook print make > publisher.mk
#
# Add `include publisher.mk` to your Makefile, after its first target.
@NOTES@
PUBLISHER ?= publisher
PUBLISHER_CONFIG ?= @CONFIG@
# The command that builds the site.
BUILD_SITE ?= @BUILD@

.PHONY: feeds
feeds:
	$(BUILD_SITE)
	@DASH@$(PUBLISHER) @COMMAND@ --config $(PUBLISHER_CONFIG)
