# frozen_string_literal: true

# Jekyll plugin: runs publisher each time Jekyll has written the site.
#
#   publisher hook print jekyll > _plugins/publisher.rb
#
# It does nothing while `jekyll serve` or `jekyll build --watch` runs, and in Jekyll's environment
# "development", which is the default of Jekyll. So build the site that you deploy like this:
#
#   JEKYLL_ENV=production jekyll build
#
# Jekyll copies feeds that lie beside _config.yml only at the next build. So write them into the site,
# e.g. `path: _site/feed.atom` in publisher.yaml.
@NOTES@
require "shellwords"

# Runs publisher after the build.
module PublisherHook
  # The path of publisher.yaml, as seen from the folder that holds _plugins.
  CONFIG = File.expand_path(@CONFIG@, File.dirname(__dir__))
  COMMAND = ["publisher", "@COMMAND@", "--config", CONFIG].freeze
  # Whether an error of publisher ends Jekyll, with the same exit code.
  STRICT = @STRICT@

  def self.run(site)
    if site.config["serving"] || site.config["watch"] || Jekyll.env == "development"
      Jekyll.logger.info "publisher:", "not run in development; set JEKYLL_ENV=production"
    elsif !system(*COMMAND, in: File::NULL)
      failed($?)
    end
  end

  def self.failed(status)
    code = status&.exitstatus || 127
    Jekyll.logger.warn "publisher:", "exit code #{code} of #{COMMAND.shelljoin}"
    exit! code if STRICT # Jekyll would turn `exit` into an error of its own, with exit code 1.
  end
end

Jekyll::Hooks.register(:site, :post_write) { |site| PublisherHook.run(site) }
