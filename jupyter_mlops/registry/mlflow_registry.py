"""Models in MLflow's registry: on a database (SQLite by default) or an ``mlflow server``.

How a version is made, and why not by ``mlflow.sklearn.log_model``: that and every other verb of
MLflow's fluent API take the store from process-wide state (``set_tracking_uri``, the active run),
which belongs to the user and cannot differ between two threads. So the same is done by public verbs
that name their store: a logged model of the run is created, saved in a temporary folder, uploaded,
and becomes the source of the version. The source is the place of the files rather than
``models:/<model id>``, since MLflow's database store looks the latter up in the process-wide store.
MLflow's UI links run, logged model and version with one another as it does for ``log_model``, and
``mlflow.pyfunc.load_model("models:/NAME@ALIAS")`` needs nothing of ours.
"""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import wraps
from importlib.metadata import version as installed_version
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import quote, unquote

from mlflow.entities import LoggedModel, LoggedModelOutput, LoggedModelStatus
from mlflow.entities.model_registry import ModelVersion as MlflowVersion
from mlflow.entities.model_registry import RegisteredModel as MlflowModel
from mlflow.exceptions import MlflowException
from mlflow.models import Model, infer_signature
from mlflow.tracking import MlflowClient
from mlflow.utils.credentials import get_default_host_creds
from mlflow.utils.rest_utils import http_request
from sqlalchemy.exc import SQLAlchemyError

from jupyter_mlops.errors import Conflict, Invalid, MlopsError, NotFound, Unavailable
from jupyter_mlops.model_names import check_alias
from jupyter_mlops.registry.limits import check_new_version, check_tags
from jupyter_mlops.registry.model_registry import ModelRegistry
from jupyter_mlops.registry.model_version import (
    DIGEST_TAG,
    ModelVersion,
    NewVersion,
    RegisteredModel,
)
from jupyter_mlops.registry.saved_model import (
    UNREADABLE,
    MlflowFolder,
    SavedModel,
    SkopsModel,
    read_model,
)
from jupyter_mlops.runs.run import RunId
from jupyter_mlops.settings import Settings, without_credentials

__all__ = ["MlflowModelRegistry"]

_PAGE = 100
_PROBE_SECONDS = 3
_UNAVAILABLE_HINT = "check MLFLOW_TRACKING_URI and that the server runs"
_REQUIREMENTS = ("numpy", "pandas", "scikit-learn", "scipy", "skops")

P = ParamSpec("P")
R = TypeVar("R")


def _translated(
    method: Callable[Concatenate[MlflowModelRegistry, P], R],
) -> Callable[Concatenate[MlflowModelRegistry, P], R]:
    """Raise errors of ours where MLflow or the database raise theirs."""

    @wraps(method)
    def call(self: MlflowModelRegistry, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            self._probe()
            return method(self, *args, **kwargs)
        except (MlflowException, SQLAlchemyError, OSError) as error:
            # Without its cause, whose text may hold a password.
            raise _translate(error, uris=self._uris) from None

    return call


class MlflowModelRegistry:
    """Keeps models in MLflow.

    ``registry_uri`` is where the models are if that is not where the runs are. A database must
    have been created before two processes open it at once: ``RunStore.check`` does that.
    Two processes that register the same new digest in the same moment make two versions of it.
    """

    def __init__(self, tracking_uri: str, registry_uri: str | None = None) -> None:
        self._uris = (tracking_uri, registry_uri or tracking_uri)
        self._opening = Lock()
        self._registering = Lock()
        self._client: MlflowClient | None = None

    @classmethod
    def from_settings(cls, settings: Settings, state: Path) -> MlflowModelRegistry:  # noqa: ARG003 - MLflow keeps all
        """Make the registry that the settings name."""
        return cls(settings.tracking_uri, settings.registry_uri or None)

    @_translated
    def register(self, new: NewVersion) -> ModelVersion:
        """Make a version; the same digest twice gives the version that exists.

        A model without an input example is registered without a signature, and its version says so
        in the tag ``mlops.model.signature``.
        """
        check_new_version(new)
        with self._registering:
            if (existing := self._find(new)) is not None:
                return existing
            self._open().get_run(new.run_id)
            saved = read_model(new.file, input_example=new.input_example)
            return self._make_version(new, saved)

    @_translated
    def list_models(self) -> tuple[RegisteredModel, ...]:
        """Return every model, sorted by name, with its newest version and those with an alias."""
        models: list[MlflowModel] = []
        token = None
        while True:
            page = self._open().search_registered_models(max_results=_PAGE, page_token=token)
            models.extend(page)
            if not (token := page.token):
                break
        return tuple(
            _model(model, self._notable(model))
            for model in sorted(models, key=lambda model: str(model.name))
        )

    def _notable(self, model: MlflowModel) -> list[MlflowVersion]:
        # One for each stage that the model ever used, in no order that MLflow promises.
        newest = sorted(model.latest_versions, key=lambda version: -int(version.version))[:1]
        held = {int(number) for number in model.aliases.values()} - {int(v.version) for v in newest}
        client = self._open()
        older = [client.get_model_version(model.name, str(n)) for n in sorted(held, reverse=True)]
        return [*newest, *older]

    @_translated
    def get_model(self, name: str) -> RegisteredModel:
        """Return one model with all its versions."""
        model = self._open().get_registered_model(name)
        return _model(model, self._search(name, ""))

    @_translated
    def get_version(self, name: str, version_or_alias: int | str) -> ModelVersion:
        """Return one version, by number or by alias."""
        if isinstance(version_or_alias, int):
            return _version(self._open().get_model_version(name, str(version_or_alias)))
        aliases = self._open().get_registered_model(name).aliases
        if version_or_alias not in aliases:
            hint = f"aliases: {', '.join(sorted(aliases)) or 'none'}"
            raise NotFound(f"the model {name!r} has no alias {version_or_alias!r}", hint=hint)
        return _version(self._open().get_model_version_by_alias(name, version_or_alias))

    @_translated
    def set_alias(self, name: str, alias: str, version: int) -> None:
        """Give ``alias`` to ``version``; whoever held it loses it."""
        check_alias(alias)
        self._open().set_registered_model_alias(name, alias, str(version))

    @_translated
    def set_tags(self, name: str, version: int, tags: dict[str, str]) -> None:
        """Set tags of a version, over what they were."""
        check_tags(tags)
        for key, value in tags.items():
            self._open().set_model_version_tag(name, str(version), key, value)

    def _open(self) -> MlflowClient:
        with self._opening:
            if self._client is None:
                self._client = MlflowClient(*self._uris)
            return self._client

    def _probe(self) -> None:
        """Ask servers once, quickly: MLflow's client tries for minutes."""
        for uri in dict.fromkeys(self._uris):
            if not uri.startswith(("http://", "https://")):
                continue
            try:
                # MLflow's own, since it knows the user's certificates, proxies and logins.
                http_request(  # type: ignore[no-untyped-call]
                    get_default_host_creds(uri),  # type: ignore[no-untyped-call]
                    "/health",
                    "GET",
                    max_retries=0,
                    timeout=_PROBE_SECONDS,
                    raise_on_status=False,  # it answers; what it answers to real calls matters
                )
            except MlflowException:
                message = f"the model registry {uri} does not answer"
                message = _hide_credentials(message, uris=[uri])
                raise Unavailable(message, hint=_UNAVAILABLE_HINT) from None

    def _search(self, name: str, condition: str) -> list[MlflowVersion]:
        """Return the versions of a model that meet a condition, newest first."""
        quote = '"' if "'" in name else "'"
        found: list[MlflowVersion] = []
        token = None
        while True:
            page = self._open().search_model_versions(
                f"name = {quote}{name}{quote}{condition}",
                max_results=_PAGE,
                order_by=["version_number DESC"],
                page_token=token,
            )
            found.extend(page)
            if not (token := page.token):
                return found

    def _find(self, new: NewVersion) -> ModelVersion | None:
        found = self._search(new.name, f" and tags.`{DIGEST_TAG}` = '{new.digest}'")
        # Asked for again by number: a search does not tell who holds an alias.
        return self.get_version(new.name, int(found[-1].version)) if found else None

    def _make_version(self, new: NewVersion, saved: SavedModel) -> ModelVersion:
        client = self._open()
        model = self._log_model(new, saved)
        try:
            client.create_registered_model(new.name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        version = client.create_model_version(
            new.name,
            source=model.artifact_location,
            run_id=new.run_id,
            model_id=model.model_id,
            tags={**new.tags, **saved.tags, DIGEST_TAG: new.digest},
        )
        # What the UI shows the versions of a logged model by. A server sets it by itself.
        link = json.dumps([{"name": new.name, "version": version.version}])
        client.set_logged_model_tags(model.model_id, {"mlflow.modelVersions": link})
        return _version(version)

    def _log_model(self, new: NewVersion, saved: SavedModel) -> LoggedModel:
        """Upload the model as the logged model ``model`` of its run."""
        client = self._open()
        run = client.get_run(new.run_id)
        model = client.create_logged_model(
            run.info.experiment_id,
            name="model",
            source_run_id=new.run_id,
            params=run.data.params,
        )
        status = LoggedModelStatus.FAILED
        try:
            with TemporaryDirectory() as scratch:
                folder = Path(scratch) / "model"
                _save(saved, folder, model=model)
                client.log_model_artifacts(model.model_id, str(folder))
            client.log_outputs(new.run_id, [LoggedModelOutput(model.model_id, step=0)])
            status = LoggedModelStatus.READY
        finally:
            model = client.finalize_logged_model(model.model_id, status)
        return model


def _save(saved: SavedModel, folder: Path, *, model: LoggedModel) -> None:
    """Write an MLflow model that says which run and logged model it belongs to."""
    owner: dict[str, Any] = {
        "artifact_path": model.artifact_location,
        "run_id": model.source_run_id,
        "model_id": model.model_id,
        "model_uuid": model.model_id,
    }
    if isinstance(saved, MlflowFolder):
        _copy_folder(saved.folder, folder, owner=owner)
    else:
        _save_skops(saved, folder, description=Model(**owner))


def _copy_folder(source: Path, folder: Path, *, owner: Mapping[str, Any]) -> None:
    try:
        shutil.copytree(source, folder)
        description = Model.load(str(folder))
        for key, value in owner.items():
            setattr(description, key, value)
        description.save(str(folder / "MLmodel"))
    except (MlflowException, *UNREADABLE) as error:
        message = f"the MLflow model cannot be copied: {_first_line(error)}"
        raise Invalid(message, hint="save the model again", file=str(source)) from error


def _save_skops(saved: SkopsModel, folder: Path, *, description: Model) -> None:
    from mlflow.sklearn import save_model

    save_model(
        saved.estimator,
        str(folder),
        mlflow_model=description,
        serialization_format="skops",
        skops_trusted_types=list(saved.trusted_types),
        signature=_signature(saved),
        input_example=saved.example,
        # Said rather than inferred: MLflow would start a process that loads the model and watches
        # what it imports, which takes seconds and asks the network.
        pip_requirements=[f"{name}=={installed_version(name)}" for name in _REQUIREMENTS],
    )


def _signature(saved: SkopsModel) -> Any:  # noqa: ANN401 - MLflow takes False for "none, do not infer"
    if saved.example is None:
        return False
    with warnings.catch_warnings():
        # "Integer columns cannot hold missing values": the example is what the user chose.
        # Threads share the filters, at worst this one outlives the block.
        warnings.filterwarnings("ignore", message="Hint: Inferred schema contains integer")
        return infer_signature(saved.example, saved.predictions)


def _version(version: MlflowVersion) -> ModelVersion:
    return ModelVersion(
        name=version.name,
        version=int(version.version),
        run_id=RunId(version.run_id) if version.run_id else None,
        creation_time=version.creation_timestamp,
        aliases=tuple(sorted(version.aliases or ())),
        tags=dict(version.tags),
    )


def _model(model: MlflowModel, versions: list[MlflowVersion]) -> RegisteredModel:
    aliases = {alias: int(number) for alias, number in model.aliases.items()}
    return RegisteredModel(
        name=model.name,
        description=model.description or "",
        aliases=aliases,
        versions=tuple(_held(_version(version), aliases) for version in versions),
    )


def _held(version: ModelVersion, aliases: Mapping[str, int]) -> ModelVersion:
    held = tuple(sorted(alias for alias, number in aliases.items() if number == version.version))
    return replace(version, aliases=held)


def _translate(error: Exception, *, uris: Iterable[str]) -> MlopsError:
    code = error.error_code if isinstance(error, MlflowException) else ""
    message = _hide_credentials(_first_line(error), uris=uris)
    match code:
        case "RESOURCE_DOES_NOT_EXIST" | "NOT_FOUND":
            return NotFound(message, hint="list the models to see what there is")
        case "INVALID_PARAMETER_VALUE" | "BAD_REQUEST":
            return Invalid(message, hint="see the limits of MLflow's registry")
        case "RESOURCE_ALREADY_EXISTS" | "RESOURCE_CONFLICT" | "ALREADY_EXISTS":
            return Conflict(message, hint="read it again, then decide again")
        case "PERMISSION_DENIED" | "UNAUTHENTICATED" | "CUSTOMER_UNAUTHORIZED":
            hint = "check MLFLOW_TRACKING_USERNAME, _PASSWORD or _TOKEN"
            return Unavailable(f"the model registry refuses: {message}", hint=hint)
    return Unavailable(f"the model registry does not work: {message}", hint=_UNAVAILABLE_HINT)


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _hide_credentials(message: str, *, uris: Iterable[str]) -> str:
    """Take out of a message what MLflow and drivers repeat of an address: whole or in part."""
    for uri in uris:
        login, at, _ = uri.partition("://")[2].rpartition("@")
        if not at or uri.startswith("sqlite"):  # a path, which may hold an @
            message = message.replace(uri, without_credentials(uri))
            continue
        message = message.replace(f"{login}@", "")
        bare = uri.replace(f"{login}@", "", 1)
        message = message.replace(bare, without_credentials(bare))
        password = login.partition(":")[2]
        for secret in filter(None, (password, unquote(password), quote(password, safe=""))):
            message = message.replace(secret, "***")
    return message


if TYPE_CHECKING:
    _: ModelRegistry = MlflowModelRegistry("")
