from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from jupyter_mlops.errors import Invalid, NotFound, Unavailable
from jupyter_mlops.registry.builtin_gates import MetricGate
from jupyter_mlops.registry.gate import Candidate, Outcome, Verdict
from jupyter_mlops.registry.memory_registry import MemoryModelRegistry
from jupyter_mlops.registry.mlflow_registry import MlflowModelRegistry
from jupyter_mlops.registry.promotion import Promotion, promote, promotions_of

GOOD = Candidate("churn", {"auc": 0.97, "loss": 0.1})
BAD = Candidate("churn", {"auc": 0.5, "loss": 0.9})
GATES = (MetricGate("auc", minimum=0.9), MetricGate("loss", maximum=0.5))


@pytest.fixture
def version(registry, new):
    return registry.register(new())


def _promote(registry, version, **changed):
    known = {"alias": "champion", "gates": GATES, "candidate": GOOD, "decided_at": 1000}
    return promote(registry, version, **{**known, **changed})


def test_the_alias_moves_when_every_gate_passes(registry, version):
    promotion = _promote(registry, version)

    assert promotion.moved
    assert ("churn", 1, "champion", None) == (
        promotion.model,
        promotion.version,
        promotion.alias,
        promotion.previous,
    )
    assert 1 == registry.get_version("churn", "champion").version


def test_the_alias_stays_when_a_gate_refuses(registry, version, new):
    _promote(registry, version)
    second = registry.register(new(digest="d2"))

    promotion = _promote(registry, second, candidate=BAD)

    assert not promotion.moved
    assert 1 == promotion.previous
    assert 1 == registry.get_version("churn", "champion").version


def test_a_gate_that_cannot_tell_does_not_let_pass(registry, version):
    promotion = _promote(registry, version, candidate=Candidate("churn", {"auc": 0.97}))

    assert not promotion.moved
    assert [Outcome.PASSED, Outcome.UNKNOWN] == [v.outcome for v in promotion.verdicts]
    with pytest.raises(NotFound):
        registry.get_version("churn", "champion")


def test_every_gate_is_asked_even_after_a_refusal(registry, version):
    promotion = _promote(registry, version, candidate=BAD)

    assert ["auc = 0.5 is below 0.9", "loss = 0.9 is above 0.5"] == [
        verdict.reason for verdict in promotion.verdicts
    ]


def test_without_gates_everything_passes(registry, version):
    assert _promote(registry, version, candidate=BAD, gates=()).moved


def test_the_previous_holder_is_told(registry, version, new):
    _promote(registry, version)
    second = registry.register(new(digest="d2"))

    assert 1 == _promote(registry, second).previous
    assert 2 == _promote(registry, second, decided_at=2000).previous


@pytest.mark.parametrize("alias", ["", "latest", "v2", "a b"])
def test_a_name_that_cannot_be_an_alias_is_refused_before_anything_happens(
    registry, version, alias
):
    with pytest.raises(Invalid):
        _promote(registry, version, alias=alias, gates=iter([_Unasked()]))

    assert version == registry.get_version("churn", 1)


class _Unasked:
    @classmethod
    def from_options(cls, options):
        return cls()

    def judge(self, candidate):
        pytest.fail("nobody should be asked")


def test_a_model_that_is_not_there_cannot_be_promoted(registry, version):
    with pytest.raises(NotFound):
        _promote(registry, replace(version, name="risk"))


@pytest.fixture(params=["memory", "mlflow"])
def any_registry(request, registry):
    if request.param == "memory":
        return registry
    return MlflowModelRegistry(request.getfixturevalue("mlflow_database").uri)


def test_decisions_can_be_read_back_newest_first(any_registry, new, request):
    if isinstance(any_registry, MemoryModelRegistry):
        run_id = "r1"
    else:
        run_id = request.getfixturevalue("mlflow_database").create_run()
    version = any_registry.register(new(run_id=run_id))
    odd = Verdict("odd", Outcome.PASSED, "it is odd", {"x": math.inf})
    made = [
        _promote(any_registry, version, candidate=BAD, decided_at=1000),
        _promote(any_registry, version, decided_at=2000),
        _promote(any_registry, version, alias="staging-eu", gates=(_Fixed(odd),), decided_at=3000),
    ]

    read = promotions_of(any_registry.get_version("churn", 1))

    assert made[:2] == list(read[:0:-1])
    assert "staging-eu" == read[0].alias
    # JSON knows no infinity: it is read back as "no number"
    assert math.isnan(read[0].verdicts[0].evidence["x"])


class _Fixed:
    def __init__(self, verdict):
        self._verdict = verdict

    @classmethod
    def from_options(cls, options):
        raise NotImplementedError

    def judge(self, candidate):
        return self._verdict


def test_a_record_is_json_that_any_reader_can_read(registry, version):
    nan = Verdict("odd", Outcome.UNKNOWN, "no number", {"x": math.nan})
    _promote(registry, version, gates=(_Fixed(nan),), decided_at=1000)

    text = registry.get_version("churn", 1).tags["mlops.promotion.champion.1000"]

    expected = {
        "outcome": "refused",
        "previous": None,
        "decided_at": 1000,
        "verdicts": [
            {"gate": "odd", "outcome": "unknown", "reason": "no number", "evidence": {"x": None}}
        ],
    }
    assert expected == json.loads(text, parse_constant=pytest.fail)


def test_a_decision_is_dated_now_unless_said_otherwise(registry, version):
    promotion = promote(registry, version, alias="champion", gates=(), candidate=GOOD)

    assert version.creation_time <= promotion.decided_at <= version.creation_time + 60_000


@pytest.mark.parametrize("text", ["no JSON", "[]", "{}", '{"outcome": "moved", "verdicts": [1]}'])
def test_a_damaged_record_is_named(registry, version, text):
    registry.set_tags("churn", 1, {"mlops.promotion.champion.1": text})

    with pytest.raises(Invalid, match="churn 1 is damaged") as raised:
        promotions_of(registry.get_version("churn", 1))

    assert "mlops.promotion.champion" in raised.value.hint


class _LosesTouch(MemoryModelRegistry):
    """A registry that goes away between the record and the move."""

    def set_alias(self, name, alias, version):
        raise Unavailable("gone", hint="")


def test_a_decision_is_recorded_before_the_alias_moves(new):
    registry = _LosesTouch()
    version = registry.register(new())

    with pytest.raises(Unavailable):
        _promote(registry, version)

    expected = Promotion("churn", 1, "champion", True, None, _verdicts(), 1000)
    assert (expected,) == promotions_of(registry.get_version("churn", 1))


def _verdicts():
    return tuple(gate.judge(GOOD) for gate in GATES)
