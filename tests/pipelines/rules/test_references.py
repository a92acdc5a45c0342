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
    ],
)
def test_a_wrong_reference_is_told_at_its_place(folder, old, new, message):
    assert folder.refused_with(old, new).startswith(message)
