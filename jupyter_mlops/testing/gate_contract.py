"""What every gate must do. Subclass, supply the fixtures, and pytest collects the rest."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from jupyter_mlops.errors import Invalid
from jupyter_mlops.registry.gate import Candidate, Gate, Outcome

__all__ = ["GateContract"]


class GateContract:
    """The promises of the Protocol ``Gate``, as tests.

    A subclass called ``Test...`` overrides the four fixtures::

        class TestMyGate(GateContract):
            @pytest.fixture
            def gate_class(self):
                return MyGate
    """

    @pytest.fixture
    def gate_class(self) -> type[Gate]:
        """Return the class that the entry point names."""
        raise NotImplementedError

    @pytest.fixture
    def options(self) -> Mapping[str, Any]:
        """Return keys, as they would stand in ``pipeline.yaml``, that make a gate."""
        raise NotImplementedError

    @pytest.fixture
    def good(self) -> Candidate:
        """Return a candidate that the gate passes."""
        raise NotImplementedError

    @pytest.fixture
    def bad(self) -> Candidate:
        """Return a candidate that the gate refuses."""
        raise NotImplementedError

    @pytest.fixture
    def gate(self, gate_class: type[Gate], options: Mapping[str, Any]) -> Gate:
        """Make the gate."""
        return gate_class.from_options(options)

    def test_a_good_candidate_passes(self, gate: Gate, good: Candidate) -> None:
        """Pass what meets the condition."""
        verdict = gate.judge(good)

        assert Outcome.PASSED is verdict.outcome
        assert verdict.passed

    def test_a_bad_candidate_is_refused(self, gate: Gate, bad: Candidate) -> None:
        """Refuse what does not."""
        verdict = gate.judge(bad)

        assert Outcome.REFUSED is verdict.outcome
        assert not verdict.passed

    def test_a_verdict_says_who_judged_and_why(
        self, gate: Gate, good: Candidate, bad: Candidate
    ) -> None:
        """Give every verdict a gate and a reason on one line."""
        for verdict in (gate.judge(good), gate.judge(bad)):
            assert verdict.gate
            assert verdict.reason.strip()
            assert "\n" not in verdict.reason

    def test_who_cannot_tell_does_not_pass(self, gate: Gate, good: Candidate) -> None:
        """Never pass a candidate of which nothing is known, and never raise for it."""
        verdict = gate.judge(replace(good, metrics={}))

        assert not verdict.passed

    def test_the_same_candidate_gets_the_same_verdict(
        self, gate: Gate, good: Candidate, bad: Candidate
    ) -> None:
        """Keep no state between two judgements, in any thread."""
        expected = [gate.judge(good), gate.judge(bad)] * 8

        with ThreadPoolExecutor(4) as pool:
            assert expected == list(pool.map(gate.judge, [good, bad] * 8))

    def test_an_unknown_key_is_named(
        self, gate_class: type[Gate], options: Mapping[str, Any]
    ) -> None:
        """Refuse a key that does not exist, with a hint."""
        with pytest.raises(Invalid, match="no_such_key") as raised:
            gate_class.from_options({**options, "no_such_key": 1})

        assert raised.value.hint
