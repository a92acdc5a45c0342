import pytest


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("data/train.parquet", "../train.parquet", "11:14: '../train.parquet' does not lie below"),
        ("data/train.parquet", "a/../../b", "11:14: 'a/../../b' does not lie below the pipeline's"),
        (
            "data/train.parquet",
            "/tmp/a",
            "11:14: '/tmp/a' does not lie below the pipeline's folder",
        ),
        ("data/train.parquet", "''", "11:14: '' does not lie below the pipeline's folder"),
        ("data/train.parquet", ".", "11:14: '.' does not lie below the pipeline's folder"),
        ("data/train.parquet", "a\\b", "11:14: 'a\\\\b' is no path (write it like data/train.parq"),
        ("data/train.parquet", '"a\\nb"', "11:14: 'a\\nb' is no path"),
        ("data/train.parquet", "${{ parameters.seed }}", "11:14: 42 is no path"),
        (
            "data/train.parquet",
            "data//./test.parquet",
            "12:13: data/test.parquet is output 'train' of prepare (give each a path of its own)",
        ),
        ("data/train.parquet", "data", "12:13: data/test.parquet lies in output 'train' of prepa"),
        ("data/test.parquet", "data", "12:13: data holds output 'train' of prepare"),
        ("data/test.parquet", "train.ipynb", "12:13: train.ipynb is the notebook of step 'train'"),
        ("data/test.parquet", "pipeline.yaml", "12:13: pipeline.yaml is the pipeline file"),
        (
            "models/model-${{ matrix.max_depth }}.skops",
            "models/model.skops",
            (
                "21:14: models/model.skops is output 'model' of train[max_depth=2] "
                "(put ${{ matrix.max_depth }} into the path)"
            ),
        ),
        (
            "[2, 4, 8]",
            "[2]\n      rate: [1, 2]",
            (
                "22:14: models/model-2.skops is output 'model' of train[max_depth=2,rate=1] "
                "(put ${{ matrix.rate }} into the path)"
            ),
        ),
        (
            "models/model-${{ matrix.max_depth }}.skops",
            "data/test.parquet",
            "21:14: data/test.parquet is output 'test' of prepare (give each a path of its own)",
        ),
    ],
)
def test_a_path_that_cannot_be_written_is_told_at_its_place(folder, old, new, message):
    assert folder.refused_with(old, new).startswith(message)
