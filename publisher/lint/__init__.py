"""Problems that readers will have with the posts: found before anybody subscribes.

``posts`` looks at the posts themselves, ``clients`` at what named feed readers and XMPP clients
show of the documents and items made from them. Reports, and changes nothing.
"""
