"""`publisher watch` with other times: `python -m tests.support.quick_watch '{"removal": 1}'`."""

from __future__ import annotations

import json
import sys

from publisher.app.watch.timing import Timing
from publisher.cli import watch
from publisher.cli.main import parsed
from publisher.system.interruption import raised

if __name__ == "__main__":
    with raised():
        sys.exit(watch.run(parsed(["watch"]), timing=Timing(**json.loads(sys.argv[1]))))
