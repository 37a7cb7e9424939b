"""A local web server that shows the feeds and the built site before they are deployed.

It writes nothing, sends nothing to an XMPP server, and answers only requests to this machine
unless it is told otherwise.
"""
