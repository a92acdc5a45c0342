"""Deliver journals in process after process, each of which is killed after a random time.

Arguments: the journals' folder, the database, how many processes, the random seed.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from jupyter_mlops.runs.delivery.deliver import Deliverer
from jupyter_mlops.runs.mlflow_store import MlflowRunStore  # imported once, before the forks

folder, database = Path(sys.argv[1]), Path(sys.argv[2])
dice = random.Random(int(sys.argv[4]))


def deliver():
    uri, files = f"sqlite:///{database}", str(database.parent / "artifacts")
    store = MlflowRunStore(uri, artifact_root=files, lock=folder / "store.lock")
    deliverer = Deliverer(folder, store)
    while True:
        deliverer.deliver()


for _ in range(int(sys.argv[3])):
    child = os.fork()
    if child == 0:
        try:
            deliver()
        finally:
            os._exit(1)
    time.sleep(dice.uniform(0.1, 0.8))
    os.kill(child, signal.SIGKILL)
    if os.waitpid(child, 0)[1] != signal.SIGKILL:
        sys.exit("a deliverer ended by itself")
