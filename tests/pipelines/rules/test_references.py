import pytest


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "seed: ${{ parameters.seed }}",
            "seed: ${{ parameters.sed }}",
            "9:13: ${{ parameters.sed }}: there is no parameter 'sed' (did you mean 'seed'?)",
        ),
        (
            "seed: ${{ parameters.seed }}",
            "seed: [1, '${{ parameters.sed }}']",
            "9:17: ${{ parameters.sed }}: there is no parameter 'sed'",
        ),
        (
            "seed: ${{ parameters.seed }}",
            "seed: ${{ matrix.max_depth }}",
            "9:13: ${{ matrix.max_depth }}: step 'prepare' has no matrix (give it one, or use a",
        ),
        (
            "model-${{ matrix.max_depth }}",
            "model-${{ matrix.depth }}",
            "21:14: ${{ matrix.depth }}: there is no matrix value 'depth' (did you mean 'max_dep",
        ),
        (
            "${{ steps.train.outputs.model }}",
            "${{ steps.trian.outputs.model }}",
            "26:15: ${{ steps.trian.outputs.model }}: there is no step 'trian' (did you mean 'tr",
        ),
        (
            "${{ steps.train.outputs.model }}",
            "${{ steps.evaluate.outputs.model }}",
            "26:15: ${{ steps.evaluate.outputs.model }}: a step cannot use its own output",
        ),
        (
            "${{ steps.train.outputs.model }}",
            "${{ steps.register.outputs.model }}",
            "26:15: ${{ steps.register.outputs.model }}: step 'register' registers a model and",
        ),
        (
            "${{ steps.train.outputs.model }}",
            "${{ steps.train.model }}",
            "26:15: ${{ steps.train.model }} is no reference (write parameters.NAME, matrix.NAM",
        ),
        (
            "data/train.parquet",
            "${{ steps.train.outputs.model }}",
            "11:14: ${{ steps.train.outputs.model }}: where a step writes must be known before",
        ),
        (
            "[2, 4, 8]",
            "${{ steps.prepare.outputs.depths }}",
            "17:18: ${{ steps.prepare.outputs.depths }}: there is no step 'prepare'",
        ),
        (
            "data/train.parquet",
            "data/${{ steps.train.outputs.model }}",
            "11:14: ${{ steps.train.outputs.model }}: where a step writes must be known",
        ),
        (
            "seed: ${{ parameters.seed }}",
            "seed: 'x ${{ parameters.seed }} ${{ parameters.sed }}'",
            "9:13: ${{ parameters.sed }}: there is no parameter 'sed'",
        ),
        (
            "[2, 4, 8]",
            "[2, {a: 1}]",
            "21:14: ${{ matrix.max_depth }} is a dict, not text (let the expression stand alone)",
        ),
        (
            "${{ steps.train.outputs.model }}",
            "x ${{ steps.train.outputs.model }}",
            "26:15: ${{ steps.train.outputs.model }} is a list, not text",
        ),
    ],
)
def test_a_wrong_reference_is_told_at_its_place(folder, old, new, message):
    assert folder.refused_with(old, new).startswith(message)


def test_a_list_beside_text_is_refused_where_it_stands(folder):
    text = folder.changed("seed: 42", "seed: [42]").replace(
        "data/test", "${{ parameters.seed }}/test"
    )

    message = folder.refused(text)

    assert message.startswith("pipeline.yaml:12:13: ${{ parameters.seed }} is a list, not text")


def test_what_is_known_before_anything_runs_may_come_from_parameters(folder):
    text = folder.changed("seed: 42", "seed: 42\n  who: champion\n  least: 0.9\n  nb: evaluate")
    text = text.replace("alias: champion", "alias: ${{ parameters.who }}")
    text = text.replace("model: breast-cancer", "model: ${{ parameters.who }}-model")
    text = text.replace("min: 0.95", "min: ${{ parameters.least }}")
    text = text.replace("evaluate.ipynb", "${{ parameters.nb }}.ipynb")

    steps = folder.load(text, who="challenger").steps

    assert ("challenger", "challenger-model") == (steps["register"].alias, steps["register"].model)
    assert {"metric": "test_auc", "min": 0.9} == steps["register"].gates[0].options
    assert folder.path / "evaluate.ipynb" == steps["evaluate"].notebook


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("alias: champion", "alias: ${{ parameters.seed }}", "31:12: `alias` must be text, not 42"),
        ("alias: champion", "alias: ${{ matrix.x }}", "31:12: ${{ matrix.x }}: there is no matrix"),
        ("min: 0.95", "min: ${{ parameters.x }}", "33:9: ${{ parameters.x }}: there is no param"),
        (
            "prepare.ipynb",
            "${{ parameters.nb }}",
            "7:15: ${{ parameters.nb }}: there is no parameter 'nb' (known: seed)",
        ),
    ],
)
def test_what_must_be_known_before_anything_runs_may_come_from_nothing_else(
    folder, old, new, message
):
    assert folder.refused_with(old, new).startswith(message)
