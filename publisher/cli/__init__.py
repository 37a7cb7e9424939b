"""The command line: `main`, and one module per command.

A command has `EXAMPLE`, `add_arguments(parser)` and `run(arguments) -> exit code`. It turns
arguments into options, calls `app`, and prints what that reports.
"""
