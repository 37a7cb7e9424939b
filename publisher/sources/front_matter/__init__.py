"""Read the front matter of posts, in every format that engines know, as typed values with lines.

Invalid values become warnings with their line. Nothing in a file is ever evaluated.
"""
