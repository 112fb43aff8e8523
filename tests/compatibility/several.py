"""Several scenarios one after the other, in processes that share one import of the client, which takes seconds.

    python several.py '[{"scenario": "scenario", "environment": {"MLFLOW_TRACKING_URI": …}}, …]'

Each scenario prints what it prints; the first that fails ends all with its traceback and code 1.
"""

import importlib
import json
import os
import sys

from checks import has

# What more than one scenario imports; nothing of it starts threads, which a fork would lose.
for library in ("mlflow", "pandas", "matplotlib.pyplot"):
    if has(library.partition(".")[0]):
        importlib.import_module(library)


def run(scenario: str, environment: dict[str, str]) -> int:
    """The exit code of a scenario that had a process of its own."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.environ.update(environment)
    importlib.import_module(scenario).main()
    sys.exit(0)


if __name__ == "__main__":
    for asked in json.loads(sys.argv[1]):
        code = run(asked["scenario"], asked["environment"])
        if code:
            sys.exit(1)
