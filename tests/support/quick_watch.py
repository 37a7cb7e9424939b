"""`publisher watch` with other times: `python -m tests.support.quick_watch '{"removal": 1}'`.

Further arguments are those of `publisher watch`.
"""

from __future__ import annotations

import json
import sys

from publisher.app.watch.timing import Timing
from publisher.cli import output, watch
from publisher.cli.main import parsed
from publisher.errors import PublisherError
from publisher.system.interruption import raised
from publisher.system.retry import Backoff

if __name__ == "__main__":
    with raised():
        times = json.loads(sys.argv[1])
        if "retry" in times:
            times["retry"] = Backoff(**times["retry"])
        try:
            code = watch.run(parsed(["watch", *sys.argv[2:]]), timing=Timing(**times))
        except PublisherError as error:
            output.print_end(error)
            code = error.exit_code
        sys.exit(code)
