"""The program's operations: read a project, build, check, preview, publish, ping, manage nodes.

Each takes its options as a frozen value and reports progress through typed events. None parses
arguments or prints: the command line and `publisher.api` share them.
"""
