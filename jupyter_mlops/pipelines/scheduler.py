"""The scheduler: decides in what order steps run, and keeps the execution's story."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from jupyter_mlops.pipelines.cache import StepResult
from jupyter_mlops.pipelines.execution import ExecutionEvent, StepEnded, StepOutcome, StepStatus
from jupyter_mlops.pipelines.executors.step_executor import Made, StepExecutor
from jupyter_mlops.pipelines.graph import Graph, StepInstance
from jupyter_mlops.pipelines.pipeline import StepName

__all__ = ["Scheduler"]


class Scheduler:
    """Executes the steps of a graph, each when all that it needs is there, ``workers`` at once.

    After a failure nothing new begins; what runs is let finish, and the rest is skipped.
    """

    def __init__(
        self,
        graph: Graph,
        steps: StepExecutor,
        *,
        publish: Callable[[ExecutionEvent], None],
        workers: int,
    ) -> None:
        self._steps = steps
        self._publish = publish
        self._workers = workers
        self._waiting = {instance.key: instance for instance in graph.instances}
        self._results: dict[StepName, dict[str, StepResult | None]] = {}
        for instance in graph.instances:
            self._results.setdefault(instance.step.name, {})[instance.key] = None
        self._left = {name: len(instances) for name, instances in self._results.items()}
        self._ready = deque(i for i in graph.instances if not i.step.needs)
        self._graph = graph
        self._statuses: set[StepStatus] = set()

    def execute(self) -> StepStatus:
        """Execute every step; return how it all ended.

        An interrupt (KeyboardInterrupt) stops what runs and gives ``KILLED``. Raises what a step
        raised, such as Unavailable, after everything has stopped.
        """
        running: dict[Future[Made], StepInstance] = {}
        with ThreadPoolExecutor(self._workers, thread_name_prefix="step") as pool:
            try:
                while self._ready or running:
                    # No more than can begin at once: after a failure nothing new begins.
                    while self._ready and len(running) < self._workers:
                        instance = self._ready.popleft()
                        running[pool.submit(self._execute, instance)] = instance
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        made = future.result()
                        self._end(running.pop(future), made)
            except BaseException as error:
                self._steps.notebooks.cancel()
                pool.shutdown(cancel_futures=True)
                self._stop(running, error)
                if isinstance(error, KeyboardInterrupt):
                    return StepStatus.KILLED
                raise
        self._skip("a step before it did not succeed")
        return self._status()

    def _execute(self, instance: StepInstance) -> Made:
        results = {
            name: tuple(result for result in self._results[name].values() if result is not None)
            for name in instance.step.needs
        }
        return self._steps.execute(instance, results, self._publish)

    def _end(self, instance: StepInstance, made: Made) -> None:
        outcome, result = made
        self._tell(instance, outcome)
        if not outcome.status.ok:
            self._ready.clear()
            self._left.clear()  # nothing becomes ready any more
            return
        name = instance.step.name
        self._results[name][instance.key] = result
        if name in self._left:
            self._left[name] -= 1
            if self._left[name] == 0:
                self._ready.extend(i for i in self._graph.dependants(instance) if self._is_ready(i))

    def _is_ready(self, instance: StepInstance) -> bool:
        return all(self._left[name] == 0 for name in instance.step.needs)

    def _stop(self, running: dict[Future[Made], StepInstance], error: BaseException) -> None:
        """Tell how the steps ended that an interrupt or an error has stopped."""
        interrupted = isinstance(error, KeyboardInterrupt)
        for future, instance in running.items():
            # What ended just before, or was the cause, is told as it was.
            if future.done() and not future.cancelled() and future.exception() is None:
                self._tell(instance, future.result()[0])
            elif interrupted:
                self._tell(instance, StepOutcome(StepStatus.KILLED, message="interrupted"))
            else:
                self._tell(instance, StepOutcome(StepStatus.FAILED, message=str(error)))
        self._skip("interrupted" if interrupted else str(error), killed=interrupted)

    def _skip(self, message: str, *, killed: bool = False) -> None:
        status = StepStatus.KILLED if killed else StepStatus.SKIPPED
        for instance in list(self._waiting.values()):
            self._tell(instance, StepOutcome(status, message=message))

    def _tell(self, instance: StepInstance, outcome: StepOutcome) -> None:
        key = instance.key
        del self._waiting[key]
        self._statuses.add(outcome.status)
        self._publish(StepEnded(step=key, outcome=outcome))

    def _status(self) -> StepStatus:
        for worst in (StepStatus.FAILED, StepStatus.KILLED, StepStatus.REFUSED):
            if worst in self._statuses:
                return worst
        return StepStatus.CACHED if self._statuses == {StepStatus.CACHED} else StepStatus.DONE
