"""Tests with other programs: XMPP servers, subscribers, feed readers, a browser, git, the web."""
