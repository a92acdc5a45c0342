import pytest
from IPython.core.error import UsageError

from jupyter_mlops.kernel.track_magic import drop_track_line, parse_track_line, split_track_line


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%%track", ("", "")),
        ("%%track\nx = 1", ("", "x = 1")),
        ("%%track  fit -q \nx = 1\ny = 2\n", ("fit -q", "x = 1\ny = 2\n")),
        ("%%track\tfit\nx = 1", ("fit", "x = 1")),
        ("\n  \n%%track fit\nx = 1", ("fit", "x = 1")),
        ("x = 1", None),
        ("", None),
        ("\n", None),
        ("%track fit", None),
        ("%%tracker\nx", None),
        ("%%track?", None),
        ("# %%track\nx", None),
        ("x = 1\n%%track", None),
        ("%%time\n%%track fit\nx = 1", ("fit", "%%time\nx = 1")),
        ("%%bash\n%%track fit\nx=1", None),
    ],
)
def test_a_cell_is_split_into_its_line_and_the_rest(cell, expected):
    assert expected == split_track_line(cell)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["%%track fit\n", "x = 1\n"], ["# %%track fit\n", "x = 1\n"]),
        (["\n", "%%track\n", "x = 1\n"], ["\n", "# %%track\n", "x = 1\n"]),
        (["%%track\n", "%%time\n", "x = 1\n"], ["%%time\n", "x = 1\n"]),
        (["%%track\n", "\n", "%%time\n", "x\n"], ["%%time\n", "x\n"]),
        (["%%track\n", "x = '''\n", "%%time\n"], ["# %%track\n", "x = '''\n", "%%time\n"]),
        (["%%track\n", "%time x\n"], ["# %%track\n", "%time x\n"]),
        (["x = 1\n"], ["x = 1\n"]),
        ([], []),
        (["\n"], ["\n"]),
    ],
)
def test_the_line_becomes_a_comment_and_lines_keep_their_numbers(lines, expected):
    assert expected == drop_track_line(lines)


def test_a_line_that_is_wrong_is_an_error_of_usage():
    with pytest.raises(UsageError, match="unrecognized"):
        drop_track_line(["%%track --nothing\n"])


def test_options_are_read_as_by_a_shell():
    options = parse_track_line("'my run' -e churn -t a=1 -t 'b=2 3' -p x,y --no-auto")

    assert ("my run", "churn", ["a=1", "b=2 3"], "x,y", True, False) == (
        options.name,
        options.experiment,
        options.tag,
        options.params,
        options.no_auto,
        options.quiet,
    )


def test_tags_of_one_cell_are_not_those_of_the_next():
    parse_track_line("-t a=1")

    assert [] == parse_track_line("").tag


def test_whether_a_cell_is_complete_can_be_asked_while_its_line_is_still_wrong(shell):
    assert "invalid" != shell.input_transformer_manager.check_complete("%%track --not-yet\n")[0]


def test_help_shows_every_option(shell, capsys):
    shell.run_cell("%%track?")

    shown = "".join(str(output) for output in shell.payload_manager.read_payload())
    shown += capsys.readouterr().out
    for option in ("--experiment", "--params", "--metrics", "--tag", "--no-auto", "--quiet"):
        assert option in shown


def test_called_as_a_plain_magic_it_says_where_it_belongs(shell):
    with pytest.raises(UsageError, match="must be the first line"):
        shell.run_cell_magic("track", "", "x = 1")
