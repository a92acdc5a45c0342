"""Report runs to a journal until killed; write down what was acknowledged.

Arguments: the journals' folder, and the file that a line goes to after each report: the run's key
and the step, or the status with which it ended.
"""

import itertools
import os
import sys
import time
from pathlib import Path

from jupyter_mlops.runs.delivery.journal import JournalWriter
from jupyter_mlops.runs.run import RunStatus, new_run_key
from jupyter_mlops.runs.store import NewRun

acknowledged = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
journal = JournalWriter(Path(sys.argv[1]))
step = itertools.count()
while True:
    key = new_run_key()
    journal.began(NewRun(key, "fit", 1_000, "churn"))
    for _ in range(100):
        number = next(step)
        journal.metrics(key, {"m": float(number)}, step=number)
        os.write(acknowledged, b"%s %d\n" % (key.encode(), number))
        time.sleep(
            0.004
        )  # much faster than stores can be, and not so fast that checking takes long
    journal.params(key, {"last": str(number)})
    journal.text(key, "last.txt", str(number))
    journal.ended(key, RunStatus.FINISHED)
    os.write(acknowledged, b"%s FINISHED\n" % key.encode())
