"""The output folder of the site's generator, and the files of the posts that it was built from.

It is refused if it is missing, half built, or built for a development server. Nothing in it is
written, and no symbolic link out of it is followed.
"""
