"""The scheduler: decides in what order steps run, and keeps the execution's story."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from jupyter_mlops.pipelines.cache import StepResult
from jupyter_mlops.pipelines.execution import (
    ExecutionEvent,
    StepEnded,
    StepOutcome,
    StepStatus,
)
from jupyter_mlops.pipelines.executors.step_executor import StepExecutor
from jupyter_mlops.pipelines.graph import Graph, StepInstance

__all__ = ["Scheduler"]

Ended = tuple[StepOutcome, StepResult | None]


@dataclass(slots=True, kw_only=True)
class Scheduler:
    """Executes the steps of a graph, each when all that it needs is there, ``workers`` at once.

    After a failure nothing new begins; what runs is let finish, and the rest is skipped.
    """

    graph: Graph
    steps: StepExecutor
    publish: Callable[[ExecutionEvent], None]
    workers: int
    _ended: dict[str, Ended] = field(default_factory=dict)

    def execute(self) -> StepStatus:
        """Execute every step; return how it all ended.

        An interrupt (KeyboardInterrupt) stops what runs and gives ``KILLED``. Raises what a step
        raised, such as Unavailable, after everything has stopped.
        """
        waiting = list(self.graph.instances)
        running: dict[Future[Ended], StepInstance] = {}
        with ThreadPoolExecutor(self.workers, thread_name_prefix="step") as pool:
            try:
                while True:
                    ready = [i for i in self._ready() if i in waiting]
                    # No more than can begin at once: after a failure nothing new begins.
                    for instance in ready[: self.workers - len(running)]:
                        waiting.remove(instance)
                        running[pool.submit(self._execute, instance)] = instance
                    if not running:
                        break
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        self._end(running.pop(future), future.result())
            except BaseException as error:
                # An interrupt, or a store that went away: stop what runs, tell what did not end.
                self.steps.notebooks.cancel()
                pool.shutdown(cancel_futures=True)
                self._stop([*running.values(), *waiting])
                if isinstance(error, KeyboardInterrupt):
                    return StepStatus.KILLED
                raise
        for instance in waiting:
            needs = [i.key for i in self.graph.dependencies(instance) if not self._is_ok(i)]
            message = f"needs {', '.join(needs)}" if needs else "another step did not succeed"
            self._end(instance, (StepOutcome(StepStatus.SKIPPED, message=message), None))
        return self._status()

    def _execute(self, instance: StepInstance) -> Ended:
        results = {
            name: tuple(
                result
                for needed in self.graph.dependencies(instance)
                if needed.step.name == name and (result := self._ended[needed.key][1]) is not None
            )
            for name in instance.step.needs
        }
        return self.steps.execute(instance, results, self.publish)

    def _ready(self) -> tuple[StepInstance, ...]:
        if any(not outcome.status.ok for outcome, _ in self._ended.values()):
            return ()
        return self.graph.ready(self._ended)

    def _is_ok(self, instance: StepInstance) -> bool:
        return instance.key in self._ended and self._ended[instance.key][0].status.ok

    def _end(self, instance: StepInstance, ended: Ended) -> None:
        self._ended[instance.key] = ended
        self.publish(StepEnded(step=instance.key, outcome=ended[0]))

    def _stop(self, instances: list[StepInstance]) -> None:
        for instance in instances:
            self._end(instance, (StepOutcome(StepStatus.KILLED, message="interrupted"), None))

    def _status(self) -> StepStatus:
        statuses = {outcome.status for outcome, _ in self._ended.values()}
        for worst in (StepStatus.FAILED, StepStatus.KILLED, StepStatus.REFUSED):
            if worst in statuses:
                return worst
        return StepStatus.CACHED if statuses == {StepStatus.CACHED} else StepStatus.DONE
