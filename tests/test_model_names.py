from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.exceptions import MlflowException
from mlflow.utils import validation
from mlflow.utils.search_utils import SearchModelVersionUtils

from jupyter_mlops.errors import Invalid
from jupyter_mlops.model_names import check_alias, check_model_name

NAMES = st.text(st.sampled_from("abvV1_-./: \n@é=latest'\"\\`;\u0663"), max_size=12)


def _refuses(check: Any, *arguments: Any) -> bool:
    try:
        check(*arguments)
    except (Invalid, MlflowException):
        return True
    return False


def _mlflow_refuses_alias(alias: str) -> bool:
    return _refuses(validation._validate_model_alias_name, alias) or _refuses(
        validation._validate_model_alias_name_reserved, alias
    )


@given(NAMES | st.text())
def test_an_alias_is_refused_where_mlflow_refuses_it(alias):
    # MLflow's pattern lets a newline at the end through, which no URI could carry
    expected = _mlflow_refuses_alias(alias) or alias.endswith("\n")

    assert expected == _refuses(check_alias, alias)


@given(NAMES | st.text())
def test_a_model_name_is_refused_where_mlflow_refuses_it(name):
    # a quote or a backslash gets in, but breaks every search for the name
    expected = _refuses(validation._validate_model_name, name) or bool(set(name) & set("'\"\\"))

    assert expected == _refuses(check_model_name, name)


@given(NAMES | st.text())
def test_a_model_name_can_be_searched_for(name):
    if not _refuses(check_model_name, name):
        (found,) = SearchModelVersionUtils.parse_search_filter(f"name = '{name}'")

        assert name == found["value"]


@pytest.mark.parametrize("check", [check_model_name, check_alias])
def test_a_refused_name_is_shown_with_what_to_do(check):
    with pytest.raises(Invalid, match="'a/b' is no name for") as raised:
        check("a/b")

    assert raised.value.hint
