"""What a run says and returns if its output could not be written."""

from __future__ import annotations

from publisher.cli import output, streams


def exit_code(error: OSError, code: int, *, shows: bool) -> int:
    """Report why stdout could not be written, unless its reader has left. Returns the exit code.

    Only for a command that just shows something is that a failure.
    """
    if isinstance(error, BrokenPipeError):  # e.g. `| head`; a shell reports 141, 128 plus SIGPIPE
        return code or 141 if shows else code
    with streams.queued():
        output.print_message(message(error, shows=shows))
    return code or 1 if shows else code


def message(error: OSError, *, shows: bool) -> str:
    """Say that a part of the output is lost."""
    warning = "" if shows else "warning: "
    return (
        f"publisher: {warning}stdout could not be written ({error.strerror}); "
        "the rest of the output was dropped"
    )
