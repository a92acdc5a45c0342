import pytest


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed: 42", "my seed: 42", "4:3: 'my seed' is no name for a parameter"),
        ("seed: 42", "seed: ${{ parameters.x }}", "4:9: a parameter's default is a plain value"),
        ("seed: 42", "seed: ${{ x", "4:9: an expression is not closed"),
        ("  train:\n    note", "  1 train:\n    note", "13:3: '1 train' is no name for a step"),
        ("train: data", "t.r: data", "11:7: 't.r' is no name for an output"),
        ("max_depth: [", "max-depth: [", "17:7: 'max-depth' is no name for a parameter"),
        ("[2, 4, 8]", "[]", "17:18: the matrix has no value for 'max_depth' (give it one or more)"),
        ("[2, 4, 8]", "2", "17:18: the matrix needs a list for 'max_depth' (write it like max_de"),
        ("[2, 4, 8]", "[2, 4, 2]", "17:25: the matrix has 2 twice"),
        (
            "[2, 4, 8]",
            f"{list(range(101))}\n      b: {list(range(100))}",
            "16:5: the matrix makes 10,100 instances, more than 10,000",
        ),
        ("train: ${{ steps", "max_depth: ${{ steps", "17:7: 'max_depth' is in the matrix and in"),
    ],
)
def test_what_makes_no_sense_alone_is_told_at_its_place(folder, old, new, message):
    assert folder.refused_with(old, new).startswith(message)
