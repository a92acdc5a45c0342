from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.exceptions import MlflowException
from mlflow.utils import validation

from jupyter_mlops.errors import Invalid
from jupyter_mlops.registry.limits import check_new_version, check_tags

NAMES = st.text(st.sampled_from("abvV1_-./: \n@é=latest"), max_size=12)


def _refuses(check: Any, *arguments: Any) -> bool:
    try:
        check(*arguments)
    except (Invalid, MlflowException):
        return True
    return False


@given(NAMES | st.text())
def test_a_tag_key_is_refused_where_mlflow_refuses_it(key):
    expected = _refuses(validation._validate_model_version_tag, key, "") or key.endswith("\n")

    assert expected == _refuses(check_tags, {key: ""})


@pytest.mark.parametrize("length", [250, 251])
def test_a_tag_key_is_as_long_as_mlflow_lets_it_be(length):
    key = "k" * length

    assert _refuses(validation._validate_model_version_tag, key, "") == _refuses(
        check_tags, {key: ""}
    )


@pytest.mark.parametrize("length", [100_000, 100_001])
def test_a_tag_value_is_as_long_as_mlflow_lets_it_be(length):
    value = "x" * length

    assert _refuses(validation._validate_model_version_tag, "k", value) == _refuses(
        check_tags, {"k": value}
    )


def test_a_refused_tag_is_named_with_its_length():
    with pytest.raises(Invalid, match=r"'diff' has 100,001 characters of 100,000"):
        check_tags({"diff": "x" * 100_001})


@pytest.mark.parametrize("digest", ["", "a'b", 'a"b', "a\\", "a b", "a\n", "x" * 251])
def test_a_digest_can_stand_in_a_search(digest, new):
    with pytest.raises(Invalid, match="is no digest of the new version of 'churn'"):
        check_new_version(new(digest=digest))
