"""Run a module with a clock that is ahead: python -m tools.stage.ahead SECONDS MODULE [ARGUMENTS]"""

import runpy
import sys
from datetime import UTC, datetime, timedelta

import time_machine

if __name__ == "__main__":
    seconds, module = float(sys.argv[1]), sys.argv[2]
    sys.argv[:3] = [module]
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True):
        runpy.run_module(module, run_name="__main__", alter_sys=True)
