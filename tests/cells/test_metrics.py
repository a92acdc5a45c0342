import decimal
import fractions
import math
from types import SimpleNamespace
from unittest.mock import MagicMock

import numpy as np
import pytest

from jupyter_mlops.cells.metrics import as_number, numeric_results


class Tensor:
    """As torch has it: a shape that is a kind of tuple, and a value that may not be there."""

    class Size(tuple):
        __slots__ = ()

    def __init__(self, value, shape=()):
        self.value = value
        self.shape = self.Size(shape)

    def item(self):
        if self.value is None:
            raise NotImplementedError("a meta tensor has no data")
        return self.value


class Hostile:
    @property
    def shape(self):
        return np.array([1, 2])

    def item(self):
        raise AssertionError


class TestAsNumber:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (3, 3.0),
            (0.5, 0.5),
            (np.float64(0.5), 0.5),
            (np.float32(0.5), 0.5),
            (np.int64(3), 3.0),
            (np.uint8(3), 3.0),
            (np.array(0.5), 0.5),
            (np.array(3), 3.0),
            (fractions.Fraction(1, 4), 0.25),
            (Tensor(0.5), 0.5),
            (math.inf, math.inf),
        ],
    )
    def test_a_single_real_number_is_one(self, value, expected):
        found = as_number(value)

        assert expected == found
        assert type(found) is float

    def test_nan_is_a_number(self):
        assert math.isnan(as_number(np.float64("nan")))

    @pytest.mark.parametrize(
        "value",
        [
            True,
            np.True_,
            np.array(True),
            Tensor(True),
            "3",
            None,
            1 + 2j,
            np.complex64(1),
            np.array(1j),
            [3],
            np.array([3]),
            np.array([]),
            np.array("x"),
            np.datetime64("2026-01-01"),
            Tensor(None),
            Tensor(1.0, (1,)),
            decimal.Decimal("0.5"),
            10**400,
            {},
            MagicMock(),
            SimpleNamespace(shape=()),
            SimpleNamespace(shape=(), item=3),
            Hostile(),
        ],
        ids=repr,
    )
    def test_anything_else_is_none(self, value):
        assert as_number(value) is None


class TestNumericResults:
    def test_numbers_that_the_cell_computed_are_metrics(self):
        names = {
            "score": 0.9,
            "count": np.int64(3),
            "loss": np.array(0.25),
            "ok": True,
            "model": object(),
            "before": 1.0,
        }

        found = numeric_results("score, count, loss = f()\nok = g()\nmodel = h()", names)

        assert {"score": 0.9, "count": 3.0, "loss": 0.25} == found

    def test_parameters_are_no_metrics(self):
        assert {} == numeric_results("alpha = 0.5", {"alpha": 0.5})
        assert {} == numeric_results("alpha = 0.5\nalpha", {"alpha": 0.5}, result=0.5)
        assert {"b": 2.0} == numeric_results("a, b = 1, f()", {"a": 1, "b": 2})

    def test_a_name_that_changes_is_its_last_number(self):
        assert {"x": 6.0} == numeric_results("x = 1\nx = f(x)", {"x": 6})
        assert {"x": 6.0} == numeric_results("x = 1\nx += 5", {"x": 6})

    def test_a_dict_gives_its_numbers_by_their_keys(self):
        scores = {"auc": 0.9, "f1": np.float32(0.5), "name": "x", "ok": True, 3: 1.0}

        found = numeric_results("scores = f()", {"scores": scores})

        assert {"scores.auc": 0.9, "scores.f1": 0.5} == found

    def test_a_large_dict_does_not_flood_the_run(self):
        found = numeric_results("d = f()", {"d": {str(n): n for n in range(1000)}})

        assert 50 == len(found)

    @pytest.mark.parametrize(
        ("source", "result", "expected"),
        [
            ("model.score(X, y)", 0.9, {"result": 0.9}),
            ("score", 0.9, {"score": 0.9}),
            ("evaluate(model)", {"auc": 0.9, "name": "x"}, {"auc": 0.9}),
            ("scores", {"auc": 0.9}, {"scores.auc": 0.9}),
            ("f()", "text", {}),
            ("f()", None, {}),
            ("get_ipython().run_line_magic('time', 'f()')", 0.5, {"result": 0.5}),
        ],
    )
    def test_the_value_of_the_last_expression_is_a_metric(self, source, result, expected):
        assert expected == numeric_results(source, {}, result=result)

    def test_a_name_that_was_deleted_or_only_bound_inside_a_function_is_none(self):
        source = "x = f()\ndel x\ndef g():\n    y = 1"

        assert {} == numeric_results(source, {"y": 5.0})

    def test_a_cell_that_is_no_python_has_none(self):
        assert {} == numeric_results("%%bash\nls )", {"ls": 1.0}, result=None)
