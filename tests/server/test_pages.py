from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from jupyter_mlops import wire
from jupyter_mlops.errors import (
    Conflict,
    Invalid,
    MissingExtra,
    MlopsError,
    NotFound,
    Unavailable,
)
from jupyter_mlops.server.endpoint import STATUS
from jupyter_mlops.server.pages import ErrorPage

CASES = [
    (NotFound("no run x", hint="look"), 404, ErrorPage("NotFound", "no run x", "look")),
    (
        Invalid("no key x", hint="drop it", file="mlops.toml", line=3, column=1),
        400,
        ErrorPage("Invalid", "mlops.toml:3:1: no key x", "drop it"),
    ),
    (Invalid("no", hint="yes"), 400, ErrorPage("Invalid", "no", "yes")),
    (Conflict("moved", hint="reload"), 409, ErrorPage("Conflict", "moved", "reload")),
    (Unavailable("gone", hint="wait"), 503, ErrorPage("Unavailable", "gone", "wait")),
    (
        MissingExtra("skops", extra="sklearn"),
        501,
        ErrorPage("MissingExtra", "skops is not installed", "pip install 'jupyter-mlops[sklearn]'"),
    ),
]
INTERNAL = ErrorPage("Internal", "this did not work", "the server's log says why")


@pytest.mark.parametrize(("error", "status", "page"), CASES, ids=lambda x: type(x).__name__)
def test_each_error_of_ours_has_its_page_and_status(error, status, page):
    assert page == ErrorPage.of(error)
    assert status == STATUS[page.kind]


@pytest.mark.parametrize("error", [ValueError("secret"), MlopsError("secret"), KeyError("secret")])
def test_what_is_no_expected_error_says_nothing_of_itself(error):
    assert INTERNAL == ErrorPage.of(error)
    assert 500 == STATUS["Internal"]


def test_no_branch_of_the_errors_was_forgotten():
    assert {branch.__name__ for branch in MlopsError.__subclasses__()} == (
        STATUS.keys() - {"Internal", "Forbidden"}
    )


def test_the_servers_own_json_of_an_error_is_that_of_the_wire():
    # the server's process does not load the library that writes the wire
    assert json.loads(wire.to_json(INTERNAL)) == json.loads(json.dumps(asdict(INTERNAL)))
