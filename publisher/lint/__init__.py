"""Find the problems that readers will have with the posts, before anybody subscribes.

``posts`` checks the posts themselves; ``clients`` checks what named feed readers and XMPP clients
show of the documents and items made from them. Reports problems, and changes nothing.
"""
