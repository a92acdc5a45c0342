import pytest


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("model: breast-cancer", "model: a/b", "29:12: 'a/b' is no name for a model"),
        ("model: breast-cancer", "model: ..a", "29:12: '..a' is no name for a model"),
        ("model: breast-cancer", "model: o'hara", '29:12: "o\'hara" is no name for a model'),
        ("alias: champion", "alias: a b", "31:12: 'a b' is no name for an alias"),
        ("alias: champion", "alias: latest", "31:12: 'latest' is no name for an alias"),
        ("alias: champion", "alias: v3", "31:12: 'v3' is no name for an alias (use letters,"),
        ("    alias: champion\n", "", "31:5: gates guard an alias, and there is none (add `alias"),
        (
            "${{ steps.evaluate.outputs.best }}",
            "${{ steps.train.outputs.model }}",
            "30:11: step 'train' has a matrix: its output is a list of models (let a step in betw",
        ),
        ("${{ steps.evaluate.outputs.best }}", "a.skops", "30:11: a model comes from exactly one"),
        ("metric: test_auc", "metrik: test_auc", "33:9: no gate is called 'metrik' (did you mean"),
        ("metric: test_auc", "gate: nothing", "33:9: no gate is called 'nothing' (installed: "),
        ("- metric: test_auc\n        min: 0.95", "- {}", "33:9: no gate is called ''"),
    ],
)
def test_what_cannot_be_registered_is_told_at_its_place(folder, old, new, message):
    assert folder.refused_with(old, new).startswith(message)
