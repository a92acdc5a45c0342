"""What every model registry must take and refuse as a saved model."""

from __future__ import annotations

import json
import pickle
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_mlops.errors import Invalid, NotFound
from jupyter_mlops.registry.model_registry import ModelRegistry
from jupyter_mlops.registry.model_version import NewVersion
from jupyter_mlops.runs.run import RunId

__all__ = ["MakeVersion", "SavedModelContract"]

MakeVersion = Callable[..., NewVersion]
"""Describe a version of the small tree, with fields changed as keywords say."""


class SavedModelContract:
    """What ``ModelRegistry.register`` promises of files; part of ``ModelRegistryContract``."""

    @pytest.fixture
    def registry(self) -> ModelRegistry:
        """Return a registry that holds no models."""
        raise NotImplementedError

    @pytest.fixture
    def run_id(self, registry: ModelRegistry) -> RunId:  # noqa: ARG002 - a store comes before its runs
        """Return the id of a run that a version may come from."""
        return RunId("0" * 32)

    @pytest.fixture
    def make(self, tmp_path: Path, run_id: RunId) -> MakeVersion:
        """Save a real decision tree with skops, and say how to describe versions of it."""
        import pandas as pd
        import skops.io
        from sklearn.tree import DecisionTreeClassifier

        rows: dict[str, Any] = {
            "columns": ["age", "income"],
            "data": [[30, 1.5], [60, 2.5], [45, 0.5]],
        }
        tree = DecisionTreeClassifier(random_state=0).fit(pd.DataFrame(**rows), [0, 1, 0])
        skops.io.dump(tree, tmp_path / "model.skops")
        (tmp_path / "example.json").write_text(json.dumps(rows))

        def make(**changed: Any) -> NewVersion:  # noqa: ANN401 - fields of NewVersion
            known = {
                "name": "churn",
                "file": tmp_path / "model.skops",
                "digest": "d1",
                "run_id": run_id,
                "input_example": tmp_path / "example.json",
            }
            return NewVersion(**{**known, **changed})

        return make

    def test_a_model_without_input_example_says_that_it_has_no_signature(
        self, registry: ModelRegistry, make: MakeVersion
    ) -> None:
        """Register it all the same, visibly."""
        version = registry.register(make(input_example=None))

        assert "missing" == version.tags["mlops.model.signature"]

    def test_an_input_example_must_be_predictable(
        self, registry: ModelRegistry, make: MakeVersion, tmp_path: Path
    ) -> None:
        """Refuse an example that the model was not trained for, naming its file."""
        example = tmp_path / "other.json"
        example.write_text(json.dumps({"columns": ["age"], "data": [[30]]}))

        with pytest.raises(Invalid, match="cannot predict") as raised:
            registry.register(make(input_example=example))

        assert str(example) == raised.value.file
        assert () == registry.list_models()

    @pytest.mark.parametrize(
        "text",
        ["not JSON", "[]", '{"columns": ["age"]}', '{"columns": ["a", "b"], "data": [[1]]}',
         '{"columns": ["a", "b"], "data": []}'],
    )  # fmt: skip
    def test_an_input_example_must_be_rows_in_split_orientation(
        self, registry: ModelRegistry, make: MakeVersion, tmp_path: Path, text: str
    ) -> None:
        """Say how to write one."""
        example = tmp_path / "other.json"
        example.write_text(text)

        with pytest.raises(Invalid) as raised:
            registry.register(make(input_example=example))

        assert "orient='split'" in raised.value.hint

    def test_a_pickle_is_refused_and_never_loaded(
        self, registry: ModelRegistry, make: MakeVersion, tmp_path: Path
    ) -> None:
        """Refuse by the file's name, and by its content under another name."""
        for name in ("model.pkl", "renamed.skops"):
            file, trap = tmp_path / name, tmp_path / "trap"
            file.write_bytes(pickle.dumps(_Trap(trap)))

            with pytest.raises(Invalid) as raised:
                registry.register(make(file=file))

            assert "skops.io.dump" in raised.value.hint
            assert not trap.exists()

    def test_a_model_that_would_run_a_strange_function_is_refused_by_its_name(
        self, registry: ModelRegistry, make: MakeVersion, tmp_path: Path
    ) -> None:
        """Name the types that are not trusted."""
        import skops.io
        from sklearn.linear_model import LinearRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import FunctionTransformer

        strange = make_pipeline(FunctionTransformer(subprocess.getoutput), LinearRegression())
        skops.io.dump(strange, tmp_path / "strange.skops")

        with pytest.raises(Invalid, match=r"subprocess\.getoutput"):
            registry.register(make(file=tmp_path / "strange.skops"))

        assert () == registry.list_models()

    def test_a_file_that_cannot_predict_is_no_model(
        self, registry: ModelRegistry, make: MakeVersion, tmp_path: Path
    ) -> None:
        """Refuse what nothing could serve."""
        import skops.io

        skops.io.dump({"weights": [1, 2]}, tmp_path / "dict.skops")

        with pytest.raises(Invalid, match="dict"):
            registry.register(make(file=tmp_path / "dict.skops"))

    def test_a_file_that_is_not_there_is_not_found(
        self, registry: ModelRegistry, make: MakeVersion, tmp_path: Path
    ) -> None:
        """Tell a missing model and a missing example."""
        with pytest.raises(NotFound, match="gone"):
            registry.register(make(file=tmp_path / "gone.skops"))
        with pytest.raises(NotFound, match="gone"):
            registry.register(make(input_example=tmp_path / "gone.json"))

    def test_an_mlflow_model_is_taken_as_it_is_and_never_loaded(
        self, registry: ModelRegistry, make: MakeVersion, tmp_path: Path
    ) -> None:
        """Take a folder that holds an ``MLmodel`` file, whatever else it holds."""
        folder, trap = tmp_path / "folder", tmp_path / "trap"
        folder.mkdir()
        flavour = "{pickled_model: model.pkl, serialization_format: pickle}"
        (folder / "MLmodel").write_text(f"flavors: {{sklearn: {flavour}}}\nmodel_uuid: old\n")
        (folder / "model.pkl").write_bytes(pickle.dumps(_Trap(trap)))

        version = registry.register(make(file=folder, input_example=None))

        assert "mlflow" == version.tags["mlops.model.format"]
        assert "missing" == version.tags["mlops.model.signature"]
        assert not trap.exists()

    @pytest.mark.parametrize("text", ["flavors: {", "[]", "model_uuid: x", "\x00"])
    def test_a_folder_must_describe_an_mlflow_model(
        self, registry: ModelRegistry, make: MakeVersion, tmp_path: Path, text: str
    ) -> None:
        """Refuse an ``MLmodel`` that is none, and a folder without."""
        folder = tmp_path / "folder"
        folder.mkdir()
        with pytest.raises(Invalid):
            registry.register(make(file=folder, input_example=None))

        (folder / "MLmodel").write_text(text)
        with pytest.raises(Invalid, match="MLmodel"):
            registry.register(make(file=folder, input_example=None))


class _Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return Path.touch, (self.file,)
