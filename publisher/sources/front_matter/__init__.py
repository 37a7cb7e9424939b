"""The front matter of a post's file: in each format that engines know, as typed values with lines.

Odd values become warnings that name the line. Nothing in a file is ever evaluated.
"""
