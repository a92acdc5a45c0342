"""What every run store must do. Subclass, supply the fixture, pytest collects the rest."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jupyter_mlops.errors import Conflict, Invalid, NotFound
from jupyter_mlops.runs.run import Metric, Run, RunId, RunStatus, new_run_key
from jupyter_mlops.runs.store import RunStore
from jupyter_mlops.testing.run_artifact_contract import RunArtifactContract, new_run

__all__ = ["RunStoreContract"]


class RunStoreContract(RunArtifactContract):
    """The promises of the Protocol ``RunStore``, as tests.

    A subclass called ``Test...`` overrides ``store`` with a new, empty store::

        class TestMyStore(RunStoreContract):
            @pytest.fixture
            def store(self, tmp_path):
                return MyStore(tmp_path)
    """

    def test_a_store_may_be_checked_again_and_again(self, store: RunStore) -> None:
        """Be ready after the first time."""
        store.check()
        store.check()

        assert () == store.list_runs().runs

    def test_a_run_begins_as_it_was_announced(self, store: RunStore) -> None:
        """Keep all that is said of a run when it begins."""
        key = new_run_key()
        tags = {
            "mlflow.user": "ada",
            "mlflow.source.name": "train.ipynb",
            "mlops.cell_id": "c1",
            "team": "risk",
        }
        run_id = store.create_run(new_run(key, name="fit", start_time=1_700_000_000_123, tags=tags))

        run = store.get_run(run_id)

        assert (
            Run(
                run_id=run_id,
                name="fit",
                status=RunStatus.RUNNING,
                experiment="churn",
                start_time=1_700_000_000_123,
                user="ada",
                source="train.ipynb",
                cell_id="c1",
                tags=run.tags,
            )
            == run
        )
        assert {**tags, "mlops.run_key": key}.items() <= run.tags.items()

    def test_the_same_key_is_the_same_run(self, store: RunStore) -> None:
        """Begin a run once, whoever asks again."""
        key = new_run_key()
        first = store.create_run(new_run(key))
        store.end_run(first, RunStatus.FINISHED, 2_000)

        again = store.create_run(new_run(key, name="another"))

        assert first == again
        assert ("fit", RunStatus.FINISHED) == (
            store.get_run(first).name,
            store.get_run(first).status,
        )
        assert 1 == len(store.list_runs().runs)

    def test_a_run_is_found_by_its_key(self, store: RunStore) -> None:
        """Tell a key that is known from one that is not."""
        key = new_run_key()

        assert store.find_run(key) is None
        assert store.create_run(new_run(key)) == store.find_run(key)
        assert store.find_run(new_run_key()) is None

    def test_a_child_knows_its_parent(self, store: RunStore) -> None:
        """Link runs by the key of the parent, in another experiment too."""
        key = new_run_key()
        parent = store.create_run(new_run(key))
        child = store.create_run(new_run(parent=key, experiment="other"))
        store.create_run(new_run())

        assert parent == store.get_run(child).parent_id
        assert store.get_run(parent).parent_id is None
        assert [child] == [run.run_id for run in store.list_runs(parent=parent).runs]

    def test_a_child_of_nobody_is_a_run_like_any(self, store: RunStore) -> None:
        """Begin a run whose parent the store does not know."""
        run_id = store.create_run(new_run(parent=new_run_key()))

        assert store.get_run(run_id).parent_id is None

    def test_the_metric_of_the_last_step_is_the_newest(
        self, store: RunStore, run_id: RunId
    ) -> None:
        """Show of each metric the value with the highest step, then the latest time."""
        points = [
            Metric("loss", 0.3, 1_003, 3),
            Metric("loss", 0.1, 1_001, 1),
            Metric("auc", 0.7, 1_001),
            Metric("auc", 0.6, 1_002),
            Metric("below", -1.5, 1_001, -1),
        ]
        store.log_metrics(run_id, points)

        assert {"loss": 0.3, "auc": 0.6, "below": -1.5} == dict(store.get_run(run_id).metrics)

    def test_a_point_that_is_there_already_stays_one(self, store: RunStore, run_id: RunId) -> None:
        """Take the same points again, as after a crash, with new ones among them."""
        points = [Metric("loss", 1 / step, 1_000 + step, step) for step in range(1, 1_500)]
        store.log_metrics(run_id, points)
        store.log_metrics(run_id, [*points, Metric("loss", 0.0, 9_000, 1_500)])

        assert {"loss": 0.0} == dict(store.get_run(run_id).metrics)

    def test_numbers_without_a_value_are_kept(self, store: RunStore, run_id: RunId) -> None:
        """Keep NaN as NaN; an infinity is at least as large as numbers go."""
        points = [
            Metric("nan", math.nan, 1_000),
            Metric("up", math.inf, 1_000),
            Metric("down", -math.inf, 1_000),
        ]
        store.log_metrics(run_id, points)
        store.log_metrics(run_id, points)

        metrics = store.get_run(run_id).metrics
        assert math.isnan(metrics["nan"])
        assert metrics["up"] > 1e308
        assert metrics["down"] < -1e308

    def test_a_parameter_is_set_once(self, store: RunStore, run_id: RunId) -> None:
        """Take the same value again, and no other."""
        store.log_params(run_id, {"alpha": "0.1", "empty": ""})
        store.log_params(run_id, {"alpha": "0.1", "beta": "2"})

        with pytest.raises(Conflict) as raised:
            store.log_params(run_id, {"alpha": "0.10"})

        assert raised.value.hint
        assert {"alpha": "0.1", "beta": "2", "empty": ""} == dict(store.get_run(run_id).params)

    def test_many_parameters_and_tags_fit(self, store: RunStore, run_id: RunId) -> None:
        """Cut into calls what is more than one call takes."""
        params = {f"p{number}": "\N{SNOWMAN}" * 6000 for number in range(250)}
        tags = {f"t{number}": str(number) for number in range(250)}
        store.log_params(run_id, params)
        store.set_tags(run_id, tags)

        run = store.get_run(run_id)
        assert params == dict(run.params)
        assert tags.items() <= run.tags.items()

    def test_tags_are_set_over_what_they_were(self, store: RunStore, run_id: RunId) -> None:
        """Keep the tags that nobody spoke of."""
        store.set_tags(run_id, {"stays": "1", "changes": "1"})
        store.set_tags(run_id, {"changes": "2", "empty": ""})

        expected = {"stays": "1", "changes": "2", "empty": ""}
        assert expected.items() <= store.get_run(run_id).tags.items()

    def test_nothing_to_log_is_nothing(self, store: RunStore, run_id: RunId) -> None:
        """Take empty reports."""
        before = store.get_run(run_id)

        store.log_metrics(run_id, [])
        store.log_params(run_id, {})
        store.set_tags(run_id, {})

        assert before == store.get_run(run_id)

    def test_what_is_as_long_as_may_be_comes_back_whole(
        self, store: RunStore, run_id: RunId
    ) -> None:
        """Cut nothing up to the limits."""
        key, param, tag = "k" * 250, "x" * 5_999 + "y", "x" * 7_999 + "y"
        store.log_params(run_id, {key: param})
        store.set_tags(run_id, {key: tag})
        store.log_metrics(run_id, [Metric(key, 1.0, 1_000)])

        run = store.get_run(run_id)
        assert (param, tag, 1.0) == (run.params[key], run.tags[key], run.metrics[key])

    @pytest.mark.parametrize(
        "name", ["", ".", "..", "..x", "/a", "a/", "a//b", "a/../b", "a\nb", "a(b)", "k" * 251]
    )
    def test_a_name_that_mlflow_refuses_is_refused(
        self, store: RunStore, run_id: RunId, name: str
    ) -> None:
        """Be alike wherever runs are kept."""
        refused: list[Callable[[], object]] = [
            lambda: store.log_params(run_id, {"good": "1", name: "1"}),
            lambda: store.set_tags(run_id, {"good": "1", name: "1"}),
            lambda: store.log_metrics(run_id, [Metric("good", 1.0, 1), Metric(name, 1.0, 1)]),
            lambda: store.create_run(new_run(tags={name: "1"})),
        ]
        for log in refused:
            with pytest.raises(Invalid):
                log()

        run = store.get_run(run_id)
        assert ({}, {}) == (dict(run.params), dict(run.metrics))
        assert "good" not in run.tags

    def test_what_would_be_cut_is_refused(self, store: RunStore, run_id: RunId) -> None:
        """Cut nothing silently."""
        refused: list[Callable[[], object]] = [
            lambda: store.log_params(run_id, {"long": "x" * 6_001}),
            lambda: store.set_tags(run_id, {"long": "x" * 8_001}),
            lambda: store.log_metrics(run_id, [Metric("far", 1.0, 1, 2**63)]),
            lambda: store.log_metrics(run_id, [Metric("early", 1.0, -1)]),
        ]
        for log in refused:
            with pytest.raises(Invalid):
                log()

        assert {} == dict(store.get_run(run_id).params)

    def test_a_run_ends_as_it_was_told_last(self, store: RunStore, run_id: RunId) -> None:
        """Overwrite how a run ended."""
        assert store.get_run(run_id).end_time is None
        store.end_run(run_id, RunStatus.FINISHED, 5_000)
        store.end_run(run_id, RunStatus.KILLED, 6_000)

        run = store.get_run(run_id)
        assert (RunStatus.KILLED, 6_000) == (run.status, run.end_time)

    def test_a_run_that_has_ended_still_hears_reports(self, store: RunStore, run_id: RunId) -> None:
        """Take what was looked at beside the run and came late."""
        store.end_run(run_id, RunStatus.FINISHED, 5_000)
        store.set_tags(run_id, {"late": "yes"})
        store.log_params(run_id, {"late": "yes"})
        store.log_metrics(run_id, [Metric("late", 1.0, 6_000)])
        store.log_text(run_id, "yes", "late.txt")

        run = store.get_run(run_id)
        assert ("yes", "yes", 1.0) == (run.tags["late"], run.params["late"], run.metrics["late"])
        assert RunStatus.FINISHED == run.status

    def test_runs_are_listed_newest_first_page_by_page(self, store: RunStore) -> None:
        """Walk all runs of all experiments, each once."""
        made = [
            store.create_run(new_run(start_time=1_000 + number, experiment=f"e{number % 2}"))
            for number in range(5)
        ]
        seen: list[RunId] = []
        token = ""
        while True:
            page = store.list_runs(limit=2, page_token=token)
            assert len(page.runs) <= 2
            seen += [run.run_id for run in page.runs]
            token = page.next_page_token
            if not token:
                break

        assert made[::-1] == seen
        assert {"e0", "e1"} == {run.experiment for run in store.list_runs().runs}

    def test_a_page_that_nobody_gave_is_refused(self, store: RunStore) -> None:
        """Say that a token is wrong."""
        store.create_run(new_run())
        with pytest.raises(Invalid):
            store.list_runs(page_token="not a token")  # noqa: S106 - of a page

    def test_what_is_not_there_is_not_found(
        self, store: RunStore, run_id: RunId, tmp_path: Path
    ) -> None:
        """Tell a missing run and a missing artifact, with a hint."""
        nobody = RunId("0" * 32)
        file = tmp_path / "file.txt"
        file.write_text("x")
        asked: list[Callable[[], object]] = [
            lambda: store.get_run(nobody),
            lambda: store.end_run(nobody, RunStatus.FINISHED, 1),
            lambda: store.log_metrics(nobody, [Metric("a", 1.0, 1)]),
            lambda: store.log_params(nobody, {"a": "1"}),
            lambda: store.set_tags(nobody, {"a": "1"}),
            lambda: store.log_text(nobody, "x", "a.txt"),
            lambda: store.log_file(nobody, file, ""),
            lambda: store.list_artifacts(nobody),
            lambda: store.read_text(nobody, "a.txt"),
            lambda: store.read_text(run_id, "a.txt"),
            lambda: store.read_text(run_id, "folder/a.txt"),
        ]
        for ask in asked:
            with pytest.raises(NotFound) as raised:
                ask()
            assert raised.value.hint

    def test_threads_that_report_at_once_lose_nothing(self, store: RunStore) -> None:
        """Take reports on several runs from several threads."""
        store.check()
        store.create_run(new_run())  # the experiment is there

        def report(number: int) -> RunId:
            run_id = store.create_run(new_run(name=f"r{number}"))
            store.log_metrics(run_id, [Metric("m", float(number), 1_000)])
            store.end_run(run_id, RunStatus.FINISHED, 2_000)
            return run_id

        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(report, range(8)))

        assert 8 == len(set(made))
        assert [{"m": float(n)} for n in range(8)] == [dict(store.get_run(r).metrics) for r in made]

    def test_what_a_caller_does_to_a_value_stays_theirs(
        self, store: RunStore, run_id: RunId
    ) -> None:
        """Hand out copies."""
        store.log_params(run_id, {"alpha": "1"})
        params = store.get_run(run_id).params
        if isinstance(params, dict):
            params["alpha"] = "2"

        assert {"alpha": "1"} == dict(store.get_run(run_id).params)
