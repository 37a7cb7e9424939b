"""A local web server that shows the feeds and the built site before they are deployed.

It writes nothing and sends nothing to an XMPP server. By default only this machine can reach it.
"""
