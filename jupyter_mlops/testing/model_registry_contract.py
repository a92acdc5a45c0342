"""What every model registry must do. Subclass, supply the fixtures, pytest collects the rest."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_mlops.errors import Invalid, NotFound
from jupyter_mlops.registry.model_registry import ModelRegistry
from jupyter_mlops.runs.run import RunId
from jupyter_mlops.testing.saved_model_contract import MakeVersion, SavedModelContract

__all__ = ["ModelRegistryContract"]


class ModelRegistryContract(SavedModelContract):
    """The promises of the Protocol ``ModelRegistry``, as tests; they need scikit-learn and skops.

    A subclass called ``Test...`` overrides ``registry``, and ``run_id`` where runs must exist::

        class TestMyRegistry(ModelRegistryContract):
            @pytest.fixture
            def registry(self):
                return MyRegistry()
    """

    def test_the_first_version_is_one_and_bears_what_was_said_of_it(
        self, registry: ModelRegistry, make: MakeVersion, run_id: RunId
    ) -> None:
        """Make model and version together."""
        version = registry.register(make(tags={"mlops.source": "train.ipynb"}))

        assert ("churn", 1, run_id) == (version.name, version.version, version.run_id)
        assert version.creation_time > 0
        expected = {
            "mlops.source": "train.ipynb",
            "mlops.model.digest": "d1",
            "mlops.model.format": "skops",
            "mlops.model.signature": "present",
        }
        assert expected == dict(version.tags)
        assert version == registry.get_version("churn", 1)

    def test_another_digest_is_another_version(
        self, registry: ModelRegistry, make: MakeVersion
    ) -> None:
        """Count versions up."""
        registry.register(make())
        second = registry.register(make(digest="d2"))

        assert 2 == second.version
        assert [2, 1] == [v.version for v in registry.get_model("churn").versions]

    def test_the_same_digest_is_not_registered_again(
        self, registry: ModelRegistry, make: MakeVersion
    ) -> None:
        """Give the version that exists, with the aliases that it has."""
        registry.register(make())
        registry.set_alias("churn", "champion", 1)

        again = registry.register(make(tags={"mlops.source": "other.ipynb"}))

        assert registry.get_version("churn", 1) == again
        assert ("champion",) == again.aliases
        assert 1 == len(registry.get_model("churn").versions)

    def test_the_same_digest_under_another_name_is_another_model(
        self, registry: ModelRegistry, make: MakeVersion
    ) -> None:
        """Look for a digest within its model only."""
        registry.register(make())

        assert 1 == registry.register(make(name="risk")).version

    def test_threads_that_register_at_once_lose_nothing(
        self, registry: ModelRegistry, make: MakeVersion
    ) -> None:
        """Make one version of each digest, whoever comes first."""
        digests = ["d1", "d2", "d3"] * 2
        with ThreadPoolExecutor(len(digests)) as pool:
            made = list(pool.map(lambda digest: registry.register(make(digest=digest)), digests))

        assert [v.version for v in made[:3]] == [v.version for v in made[3:]]
        assert [3, 2, 1] == [v.version for v in registry.get_model("churn").versions]

    def test_models_are_listed_by_name_with_their_newest_version(
        self, registry: ModelRegistry, make: MakeVersion
    ) -> None:
        """List what the models are, without all that they were."""
        assert () == registry.list_models()
        registry.register(make(name="risk"))
        registry.register(make())
        registry.register(make(digest="d2"))
        registry.set_alias("churn", "champion", 1)
        registry.set_alias("churn", "candidate", 2)

        churn, risk = registry.list_models()

        assert ("churn", "risk") == (churn.name, risk.name)
        assert [(2, ("candidate",)), (1, ("champion",))] == [
            (version.version, version.aliases) for version in churn.versions
        ]
        assert [1] == [version.version for version in risk.versions]
        assert {"champion": 1, "candidate": 2} == dict(churn.aliases)
        assert {} == dict(risk.aliases)

    def test_an_alias_has_one_holder(self, registry: ModelRegistry, make: MakeVersion) -> None:
        """Take the alias from whoever held it."""
        registry.register(make())
        registry.register(make(digest="d2"))
        registry.set_alias("churn", "champion", 1)
        registry.set_alias("churn", "champion", 2)

        model = registry.get_model("churn")

        assert {"champion": 2} == dict(model.aliases)
        assert [("champion",), ()] == [version.aliases for version in model.versions]
        assert model.versions[0] == registry.get_version("churn", "champion")
        assert () == registry.get_version("churn", 1).aliases

    @pytest.mark.parametrize(
        "alias", ["", "a b", "a/b", "a.b", "champion\n", "latest", "Latest", "v3", "V12", "x" * 256]
    )
    def test_a_name_that_cannot_be_an_alias_is_refused(
        self, registry: ModelRegistry, make: MakeVersion, alias: str
    ) -> None:
        """Keep to the names that MLflow takes."""
        registry.register(make())

        with pytest.raises(Invalid) as raised:
            registry.set_alias("churn", alias, 1)

        assert raised.value.hint
        assert {} == dict(registry.get_model("churn").aliases)

    def test_an_alias_cannot_point_to_nothing(
        self, registry: ModelRegistry, make: MakeVersion
    ) -> None:
        """Leave the alias where it was."""
        registry.register(make())
        registry.set_alias("churn", "champion", 1)

        with pytest.raises(NotFound):
            registry.set_alias("churn", "champion", 7)
        with pytest.raises(NotFound):
            registry.set_alias("risk", "champion", 1)

        assert 1 == registry.get_version("churn", "champion").version

    def test_what_is_not_there_is_not_found(
        self, registry: ModelRegistry, make: MakeVersion
    ) -> None:
        """Tell a missing model, version and alias, with a hint."""
        registry.register(make())
        asked: list[Callable[[], object]] = [
            lambda: registry.get_model("risk"),
            lambda: registry.get_version("risk", 1),
            lambda: registry.get_version("churn", 2),
            lambda: registry.get_version("churn", 0),
            lambda: registry.get_version("churn", "champion"),
            lambda: registry.set_tags("churn", 2, {"a": "b"}),
        ]
        for ask in asked:
            with pytest.raises(NotFound) as raised:
                ask()
            assert raised.value.hint

    def test_tags_are_set_over_what_they_were(
        self, registry: ModelRegistry, make: MakeVersion
    ) -> None:
        """Keep the tags that nobody spoke of."""
        registry.register(make(tags={"stays": "1", "changes": "1"}))
        registry.set_tags("churn", 1, {"changes": "2", "comes": "3", "empty": ""})

        tags = registry.get_version("churn", 1).tags

        expected = {"stays": "1", "changes": "2", "comes": "3", "empty": ""}
        assert expected == {key: tags[key] for key in expected}
        assert "d1" == tags["mlops.model.digest"]

    @pytest.mark.parametrize(
        "tags", [{"long": "x" * 100_001}, {"k" * 251: ""}, {"": ""}, {"a=b": ""}, {"../a": ""}]
    )
    def test_a_tag_that_does_not_fit_is_refused_and_nothing_is_cut(
        self, registry: ModelRegistry, make: MakeVersion, tags: dict[str, str]
    ) -> None:
        """Refuse before anything was made."""
        with pytest.raises(Invalid):
            registry.register(make(tags=tags))
        assert () == registry.list_models()

        registry.register(make())
        with pytest.raises(Invalid):
            registry.set_tags("churn", 1, tags)

    def test_a_tag_as_long_as_may_be_comes_back_whole(
        self, registry: ModelRegistry, make: MakeVersion
    ) -> None:
        """Cut nothing up to the limit."""
        text = "x" * 99_999 + "y"

        registry.register(make(tags={"long": text}))

        assert text == registry.get_version("churn", 1).tags["long"]

    @pytest.mark.parametrize(
        "name", ["", " ", "a/b", "a:b", "..", ".", "..a", "o'hara", 'a"b', "a\\"]
    )
    def test_a_name_that_no_model_can_have_is_refused(
        self, registry: ModelRegistry, make: MakeVersion, name: str
    ) -> None:
        """Keep to the names that MLflow takes."""
        with pytest.raises(Invalid):
            registry.register(make(name=name))

        assert () == registry.list_models()

    @pytest.mark.parametrize("digest", ["", "d1' or name = '", "d\\"])
    def test_a_version_needs_a_digest(
        self, registry: ModelRegistry, make: MakeVersion, digest: str
    ) -> None:
        """Never take two unlike models for the same."""
        with pytest.raises(Invalid, match="digest"):
            registry.register(make(digest=digest))

        assert () == registry.list_models()

    def test_what_a_caller_does_to_a_value_stays_his(
        self, registry: ModelRegistry, make: MakeVersion
    ) -> None:
        """Hand out copies."""
        tags = registry.register(make()).tags
        if isinstance(tags, dict):
            tags["mlops.model.digest"] = "changed"

        assert "d1" == registry.get_version("churn", 1).tags["mlops.model.digest"]
