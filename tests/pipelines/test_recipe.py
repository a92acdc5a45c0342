from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.pipelines.recipe import Recipe

texts = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3)
recipes = st.builds(
    Recipe,
    code=st.text(max_size=5),
    parameters=st.dictionaries(
        st.text(max_size=5),
        st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
        max_size=3,
    ),
    inputs=texts,
    upstream=texts,
    kernel=st.text(max_size=5),
    outputs=texts,
)


@given(recipes)
def test_the_order_in_which_parameters_are_written_does_not_count(recipe):
    turned = replace(recipe, parameters=dict(reversed(recipe.parameters.items())))

    assert recipe.fingerprint == turned.fingerprint


@given(recipes, recipes)
def test_two_recipes_have_one_fingerprint_only_if_they_are_equal(one, other):
    # 1 == True in Python, but a notebook can tell them apart
    assert (repr(one) == repr(other)) == (one.fingerprint == other.fingerprint) or one == other


def test_true_is_not_one():
    assert Recipe(parameters={"a": 1}).fingerprint != Recipe(parameters={"a": True}).fingerprint
