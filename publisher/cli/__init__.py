"""The command line: `main`, and one module for each command.

The module of a command has `EXAMPLE`, `add_arguments(parser)` and `run(arguments) -> exit code`. It
turns arguments into options, calls `app`, and prints the result. Its docstring is the text of
`--help`.
"""
