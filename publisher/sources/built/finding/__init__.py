"""Find the page of each post: at its expected address, as remembered, or by its words.

A page is given to one post at most, and to none whose words it does not show. Pages are parsed only
for a search by words.
"""
