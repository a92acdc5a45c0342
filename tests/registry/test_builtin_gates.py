from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops import plugins
from jupyter_mlops.errors import Invalid
from jupyter_mlops.registry.builtin_gates import MetricGate
from jupyter_mlops.registry.gate import Candidate, Outcome
from jupyter_mlops.testing.gate_contract import GateContract

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def _judge(options, **metrics):
    return MetricGate.from_options(options).judge(Candidate("churn", metrics))


class TestMetricGate(GateContract):
    @pytest.fixture
    def gate_class(self):
        return plugins.load("gates", "metric")

    @pytest.fixture
    def options(self):
        return {"metric": "auc", "min": 0.9}

    @pytest.fixture
    def good(self):
        return Candidate("churn", {"auc": 0.95})

    @pytest.fixture
    def bad(self):
        return Candidate("churn", {"auc": 0.85})


@pytest.mark.parametrize(
    ("limits", "value", "reason"),
    [
        ({"min": 0.95}, 0.932, "auc = 0.932 is below 0.95"),
        ({"min": 0.95}, 0.99, "auc = 0.99 is at least 0.95"),
        ({"max": 2}, 2.5, "auc = 2.5 is above 2"),
        ({"max": 2}, 1, "auc = 1 is at most 2"),
        ({"min": 0, "max": 1}, 0.5, "auc = 0.5 is between 0 and 1"),
        ({"min": 0, "max": 1}, -0.5, "auc = -0.5 is below 0"),
        ({"min": 0.95}, 0.1 + 0.2, "auc = 0.3 is below 0.95"),
        # six digits would say "0.95 is below 0.95"
        ({"min": 0.95}, 0.9499999999, "auc = 0.9499999999 is below 0.95"),
        ({"max": 0.95}, 0.9500000001, "auc = 0.9500000001 is above 0.95"),
        ({"max": 1}, math.inf, "auc = inf is above 1"),
    ],
)
def test_a_reason_says_the_value_and_the_limit(limits, value, reason):
    assert reason == _judge({"metric": "auc", **limits}, auc=value).reason


@given(value=FINITE, low=FINITE, high=FINITE)
def test_what_passes_lies_within_the_limits(value, low, high):
    low, high = sorted((low, high))
    verdict = _judge({"metric": "auc", "min": low, "max": high}, auc=value)

    assert (low <= value <= high) == verdict.passed
    assert {"auc": value, "min": low, "max": high} == verdict.evidence


def test_a_limit_itself_passes():
    assert _judge({"metric": "auc", "min": 0.9, "max": 0.9}, auc=0.9).passed


def test_a_metric_that_is_missing_cannot_be_judged_and_the_nearest_is_named():
    verdict = _judge({"metric": "test_auc", "min": 0.9}, auc_test=0.99, test_acu=0.99)

    assert Outcome.UNKNOWN is verdict.outcome
    assert "there is no metric 'test_auc': did you mean 'test_acu'?" == verdict.reason


def test_where_no_metric_is_near_all_are_named():
    assert "metrics: loss, time" in _judge({"metric": "auc", "min": 0}, time=1, loss=2).reason
    assert "metrics: none" in _judge({"metric": "auc", "min": 0}).reason


@pytest.mark.parametrize("value", [math.nan, "0.99", None])
def test_what_is_not_a_number_cannot_be_judged(value):
    assert Outcome.UNKNOWN is _judge({"metric": "auc", "min": 0.9}, auc=value).outcome


def test_numbers_of_numpy_are_numbers():
    assert _judge({"metric": "auc", "min": 0.9}, auc=np.float32(0.95)).passed


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"metric": "auc", "mim": 1}, "no key 'mim'", "did you mean 'min'?"),
        ({"metric": "auc", "xyz": 1}, "no key 'xyz'", "keys: max, metric, min"),
        ({"metric": "auc"}, "no limit", "min: 0.95"),
        ({"min": 1}, "metric must be the name", "metric: test_auc"),
        ({"metric": 7, "min": 1}, "not 7", "metric: test_auc"),
        ({"metric": "", "min": 1}, "not ''", "metric: test_auc"),
        ({"metric": "auc", "min": "0.9"}, "min must be a number, not '0.9'", "min: 0.95"),
        ({"metric": "auc", "max": True}, "max must be a number, not True", "max: 0.95"),
        ({"metric": "auc", "min": math.nan}, "not nan", "min: 0.95"),
        ({"metric": "auc", "min": 2, "max": 1}, "lets nothing pass", "exchange"),
    ],
)
def test_wrong_options_are_refused_with_what_to_do(options, message, hint):
    with pytest.raises(Invalid) as raised:
        MetricGate.from_options(options)

    assert message in raised.value.message
    assert hint in raised.value.hint
