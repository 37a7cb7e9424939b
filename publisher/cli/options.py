"""The options of every command. Light: the help of the program needs them, and nothing else."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_config(parser: argparse.ArgumentParser, *, default: object = argparse.SUPPRESS) -> None:
    """Before the command with a default, after it without: that would overwrite the first."""
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        metavar="FILE",
        default=default,
        help="the configuration (default: config.yaml)",
    )
