"""Read a saved model without ever running code that the file brings along.

Two formats are taken. A ``.skops`` file names the types that it needs, and is loaded only if all of
them are scikit-learn's, NumPy's or Python's plain data types: those that skops trusts and those
listed in ``TRUSTED_TYPES``. A folder with an ``MLmodel`` file is an MLflow model already: it is
taken as it is, and never loaded.
"""

from __future__ import annotations

import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from jupyter_mlops.errors import Invalid, MissingExtra, NotFound

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "TRUSTED_TYPES",
    "UNREADABLE",
    "MlflowFolder",
    "SavedModel",
    "SkopsModel",
    "read_model",
]

_TRUSTED_BY_MODULE = {
    "functools": "partial",  # what it calls is listed, and judged, by itself
    "numpy": "dtype",
    "scipy._lib.array_api_compat.numpy._aliases": "asarray",
    "scipy.interpolate._bsplines": "BSpline",
    "sklearn._loss.loss": "HalfTweedieLoss HalfTweedieLossIdentity",
    "sklearn.calibration": "_CalibratedClassifier _SigmoidCalibration",
    "sklearn.cluster._bisect_k_means": "_BisectingTree",
    "sklearn.cluster._kmeans": "_kmeans_single_elkan _kmeans_single_lloyd",
    "sklearn.compose._column_transformer": "_RemainderColsList make_column_selector",
    "sklearn.ensemble._hist_gradient_boosting.predictor": "TreePredictor",
    "sklearn.feature_selection._mutual_info": "mutual_info_classif mutual_info_regression",
    "sklearn.feature_selection._univariate_selection": "chi2 f_classif f_regression r_regression",
    "sklearn.gaussian_process._gpc": "_BinaryGaussianProcessClassifierLaplace",
    "sklearn.gaussian_process.kernels": (
        "ConstantKernel DotProduct ExpSineSquared Exponentiation Matern PairwiseKernel Product RBF"
        " RationalQuadratic Sum WhiteKernel"
    ),
    "sklearn.metrics._dist_metrics": (
        "ChebyshevDistance64 EuclideanDistance64 HaversineDistance64 ManhattanDistance64"
        " MinkowskiDistance64 SEuclideanDistance64"
    ),
    "sklearn.metrics._scorer": "_PassthroughScorer",
    "sklearn.model_selection._split": (
        "GroupKFold KFold RepeatedKFold RepeatedStratifiedKFold ShuffleSplit StratifiedGroupKFold"
        " StratifiedKFold StratifiedShuffleSplit TimeSeriesSplit"
    ),
    "sklearn.neighbors._ball_tree": "BallTree",
    "sklearn.neighbors._kd_tree": "KDTree",
    "sklearn.neural_network._stochastic_optimizers": "AdamOptimizer SGDOptimizer",
    # skops leaves trees out because a forged one can crash the process that predicts with it;
    # it cannot run code. What we register was made by the project's own runs.
    "sklearn.tree._tree": "Tree",
    "sklearn.utils._bunch": "Bunch",
    "sklearn.utils._metadata_requests": "MetadataRequest MethodMetadataRequest",  # before 1.8
    "sklearn.utils.validation": "check_array",
}

TRUSTED_TYPES = frozenset(
    f"{module}.{name}" for module, names in _TRUSTED_BY_MODULE.items() for name in names.split()
)
"""What a ``.skops`` file may hold beyond what skops trusts: plain parts of fitted estimators."""

_UNPACKED_LIMIT = 2 * 2**30
_SCHEMA_LIMIT = 64 * 2**20  # its objects take some twenty times the room of its text

# What the readers raise for a damaged or forged file: zipfile with its decompressors, json, yaml,
# skops, NumPy, SciPy and scikit-learn. A file says all it likes; that it cannot be read is no
# fault of the registry, nor a bug of ours.
UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,  # RecursionError, and zipfile's NotImplementedError
    SyntaxError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)

_SAVE_HINT = "save it with skops.io.dump(model, 'model.skops')"


@dataclass(frozen=True, slots=True)
class SkopsModel:
    """A scikit-learn model read from a ``.skops`` file.

    ``trusted_types`` are those of `TRUSTED_TYPES` that it needs; ``example`` holds rows that it
    can predict and ``predictions`` what it says of them, both None where no example was given.
    """

    estimator: Any
    trusted_types: tuple[str, ...] = ()
    example: pd.DataFrame | None = None
    predictions: Any = None

    @property
    def tags(self) -> dict[str, str]:
        """What a model version says of its file."""
        return _tags("skops", has_signature=self.example is not None)


@dataclass(frozen=True, slots=True)
class MlflowFolder:
    """A folder that holds an MLflow model, with its own signature or none."""

    folder: Path
    has_signature: bool

    @property
    def tags(self) -> dict[str, str]:
        """What a model version says of its files."""
        return _tags("mlflow", has_signature=self.has_signature)


SavedModel = SkopsModel | MlflowFolder


def read_model(file: Path, *, input_example: Path | None = None) -> SavedModel:
    """Read the model ``file``, and prove that it predicts the rows of ``input_example``.

    Raises NotFound for a file that is not there, and Invalid for a format that is not safe, types
    that are not trusted, and an example that the model cannot predict.
    """
    try:
        there, described = file.exists(), (file / "MLmodel").is_file()
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        raise Invalid(message, hint="name a file of the project", file=str(file)) from None
    if not there:
        raise NotFound(f"there is no model file {file}", hint="check that the step wrote it")
    if described:
        return _read_folder(file, input_example=input_example)
    if file.suffix != ".skops":
        message = f"{file.name} is no format that can be loaded safely"
        raise Invalid(message, hint=_SAVE_HINT, file=str(file))
    model = _read_skops(file)
    if input_example is None:
        return model
    example = _read_example(input_example)
    predictions = _predict(model.estimator, example, source=input_example)
    return SkopsModel(model.estimator, model.trusted_types, example, predictions)


def _tags(form: str, *, has_signature: bool) -> dict[str, str]:
    # A model without a signature is still served and still promoted; the tag lets a reviewer, or a
    # gate, see that nobody can check what goes into it.
    signature = "present" if has_signature else "missing"
    return {"mlops.model.format": form, "mlops.model.signature": signature}


def _read_folder(folder: Path, *, input_example: Path | None) -> MlflowFolder:
    description = folder / "MLmodel"
    try:
        content = yaml.safe_load(description.read_text(encoding="utf-8"))
    except (yaml.YAMLError, *UNREADABLE) as error:
        message = f"not a description of an MLflow model: {error}"
        raise Invalid(message, hint="save the model again", file=str(description)) from None
    if not isinstance(content, dict) or not content.get("flavors"):
        message = "the MLflow model names no flavour that could load it"
        raise Invalid(message, hint="save the model again", file=str(description))
    if input_example is not None:
        # To infer a signature we would have to load the model, which may run code of its pickle.
        message = f"the MLflow model {folder.name} must bring its own input example"
        raise Invalid(message, hint="give input_example to MLflow's save_model", file=str(folder))
    return MlflowFolder(folder, has_signature=bool(content.get("signature")))


def _read_skops(file: Path) -> SkopsModel:
    try:
        import skops.io
    except ImportError:
        raise MissingExtra("skops", extra="sklearn") from None
    try:
        _check_size(file)
        untrusted = skops.io.get_untrusted_types(file=file)
        if refused := sorted(set(untrusted) - TRUSTED_TYPES):
            message = f"the model holds types that are not known to be safe: {', '.join(refused)}"
            hint = "use scikit-learn's own estimators, or save an MLflow model folder"
            raise Invalid(message, hint=hint, file=str(file))
        estimator = skops.io.load(file, trusted=untrusted)
    except UNREADABLE as error:
        message = f"the file cannot be read: {_reason(error)}"
        raise Invalid(message, hint=_SAVE_HINT, file=str(file)) from error
    if not hasattr(estimator, "predict"):
        message = f"the file holds a {type(estimator).__name__}, which cannot predict"
        raise Invalid(message, hint="save a fitted estimator or pipeline", file=str(file))
    return SkopsModel(estimator, tuple(untrusted))


def _check_size(file: Path) -> None:
    """Raise Invalid for a file that would unpack to more than a machine may hold."""
    with zipfile.ZipFile(file) as archive:
        sizes = {info.filename: _unpacked_size(archive, info) for info in archive.infolist()}
        total = sum(sizes.values())
        if sizes["schema.json"] <= _SCHEMA_LIMIT:
            # What is named twice is read twice, unless it is the same object.
            named = set(_named_files(json.loads(archive.read("schema.json"))))
            total = max(total, sum(sizes[name] for _, name in named))
    if sizes["schema.json"] > _SCHEMA_LIMIT or total > _UNPACKED_LIMIT:
        message = f"the model unpacks to {total:,} bytes, which is too much"
        hint = f"at most {_UNPACKED_LIMIT:,} bytes, {_SCHEMA_LIMIT:,} of them in its schema.json"
        raise Invalid(message, hint=f"{hint}; or save an MLflow model folder", file=str(file))


def _unpacked_size(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    with archive.open(info) as member:
        if info.file_size > _UNPACKED_LIMIT or not member.read(4).startswith(b"PK"):
            return info.file_size
        # A sparse matrix of SciPy is an archive itself.
        with zipfile.ZipFile(member) as inner:
            return info.file_size + sum(entry.file_size for entry in inner.infolist())


def _named_files(schema: Any) -> Iterator[tuple[object, str]]:  # noqa: ANN401 - JSON
    """Yield each file that an object of the schema is read from, with the object's id."""
    pending = [schema]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if isinstance(node.get("file"), str):
                yield node.get("__id__") or object(), node["file"]
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)


def _reason(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__


def _read_example(file: Path) -> pd.DataFrame:
    import pandas as pd

    hint = "write it with DataFrame.to_json(path, orient='split')"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        # Not pandas.read_json: it guesses dates and types from the names of columns.
        rows = pd.DataFrame(content["data"], columns=content["columns"])
    except FileNotFoundError:
        raise NotFound(f"there is no input example {file}", hint=hint) from None
    except UNREADABLE as error:
        reason = f"it lacks {error}" if isinstance(error, KeyError) else _reason(error)
        message = f"not an input example: {reason}"
        raise Invalid(message, hint=hint, file=str(file)) from error
    if rows.empty:
        raise Invalid("the input example has no rows", hint=hint, file=str(file))
    return rows


def _predict(estimator: Any, example: pd.DataFrame, *, source: Path) -> Any:  # noqa: ANN401 - whatever the model returns
    try:
        return estimator.predict(example)
    except UNREADABLE as error:
        message = f"the model cannot predict the input example: {_reason(error)}"
        hint = "give rows as the model was trained on, same columns and types"
        raise Invalid(message, hint=hint, file=str(source)) from error
