"""What holds for every notebook, and the tool that keeps their outputs. They are run beside the end-to-end tests."""

import base64
import importlib.util
import io
import re
from pathlib import Path

import nbformat
import pytest
from PIL import Image

from rnn_trading.pipeline_registry import register_pipelines
from tests.kernel import CORRECTED, FORGET, sources

ROOT = Path(__file__).parent.parent
SPEC = importlib.util.spec_from_file_location("run_notebooks", ROOT / "tools/run_notebooks.py")
tool = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(tool)

LONGEST_CELL = 15
FIRST = next(cell.source for cell in tool.read("level").cells if cell.cell_type == "code")
COMMAND = re.compile(r"kedro run --pipelines [\w.]+")
code, markdown = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell


def test_the_table_has_every_notebook_with_its_command():
    rows = re.findall(r"^\| \[(\w+)\]\(\1\.ipynb\) .*\| `(.*)` \|", (ROOT / "notebooks/README.md").read_text(), re.M)
    assert sorted(name for name, _ in rows) == tool.names()
    assert len(rows) == 13
    for name, command in rows:
        first = tool.read(name).cells[0].source
        assert COMMAND.findall(first) == [command], name
        assert command.split()[-1] in register_pipelines(), name


@pytest.mark.parametrize("name", tool.names())
def test_a_notebook_is_easy_to_begin_with(name):
    notebook = tool.read(name)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert [source for source in cells if len(source.splitlines()) > LONGEST_CELL] == []
    assert cells[0].count(CORRECTED) == 1
    assert cells[0] == FIRST  # the tests run it once for several notebooks
    assert not any(".list(" in source for source in cells)
    assert any("assert " in source for source in cells)  # something made by hand, held against what the run wrote
    # The judge alone decides: verdict and tests stand in its record.
    assert 'record["decision"]' in "".join(cells) or name in ("sequences", "portfolio")


def kept(*cells):
    """A notebook that was run and stripped."""
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    tool.strip(notebook)
    return notebook


def ran(source, *outputs):
    return code(source, execution_count=1, outputs=[nbformat.v4.new_output(**output) for output in outputs])


def printed(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def test_what_can_be_shown_has_no_problem():
    table = {
        "output_type": "execute_result",
        "data": {"text/plain": "data/08_reporting/skill_report.html, 1/2 a/tmp/b"},
    }
    assert list(tool.problems(kept(markdown("# A"), ran("1 + 1", printed("2\n"), table)))) == []


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        (code("1 + 1"), "cell 1 was not run"),
        (
            ran("1 / 0", {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "by zero", "traceback": []}),
            "cell 1 ends with ZeroDivisionError: by zero",
        ),
        (ran("f()", printed("UserWarning: old\n  f()\n", "stderr")), "cell 1 writes a warning: UserWarning: old"),
        (
            ran("p", printed("it is in /home/me/data")),
            "cell 1 shows a path or an address of one machine: '/home/me/data'",
        ),
        (
            ran("p", {"output_type": "display_data", "data": {"text/plain": "at \x1b[1;36m0x7F5CD68994E0>"}}),
            "cell 1 shows a path or an address of one machine: '0x7F5CD68994E0>'",
        ),
        (ran("p", printed("x" * tool.LARGEST)), "it is larger than 500,000 bytes"),
    ],
)
def test_what_cannot_be_shown_is_named(cell, problem):
    assert list(tool.problems(kept(cell))) == [problem]


def test_outputs_belong_to_their_cells():
    notebook = kept(ran("1 + 1", printed("2")))
    notebook.cells[0].source = "1 + 2"
    assert list(tool.problems(notebook)) == ["its cells were changed after it was run"]
    del notebook.metadata["rnn_trading"]
    assert list(tool.problems(notebook)) == ["it has no outputs"]


def test_what_changes_from_run_to_run_is_taken_out(tmp_path):
    written = io.BytesIO()
    Image.effect_noise((1800, 600), 50).convert("RGB").save(written, "PNG")
    large = base64.b64encode(written.getvalue()).decode()
    shown = [{"image/png": large, "text/plain": "<image at 0x7F5CD68994E0>"}, {"text/plain": f"{tmp_path}/data/a.csv"}]
    outputs = [{"output_type": "display_data", "data": data} for data in shown]
    cell = ran("p", printed(f"{tmp_path}/data"), *outputs)
    cell.metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    notebook = nbformat.v4.new_notebook(
        cells=[cell], metadata={"language_info": {"name": "python", "version": "3.11.7"}}
    )
    tool.strip(notebook, tmp_path)
    text, picture, table = notebook.cells[0].outputs
    assert (text.text, table.data["text/plain"], picture.data["text/plain"]) == ("data", "data/a.csv", "<picture>")
    assert notebook.cells[0].metadata == {}
    assert notebook.metadata.language_info == {"name": "python"}
    with Image.open(io.BytesIO(base64.b64decode(picture.data["image/png"]))) as small:
        assert small.size == (900, 300)
    assert len(picture.data["image/png"]) < len(large) / 4


def test_a_cell_that_fails_is_named_and_nothing_is_written(tmp_path, monkeypatch, capsys):
    notebook = nbformat.v4.new_notebook(cells=[markdown("# A"), code("x = 1"), code("x / 0"), code("x")])
    before = nbformat.writes(notebook)
    (tmp_path / "broken.ipynb").write_text(before)
    monkeypatch.setattr(tool, "FOLDER", tmp_path)
    with pytest.raises(SystemExit, match="There is no notebook whole. Expected some of: broken."):
        tool.main(["whole"])
    assert tool.main([]) == 1
    said = capsys.readouterr().out
    assert "broken.ipynb: FAILED, cell 3: ZeroDivisionError: division by zero" in said
    assert "1 of 1 failed: broken" in said
    assert (tmp_path / "broken.ipynb").read_text() == before


def test_cells_of_several_notebooks_follow_each_other():
    corrected, published = (list(sources(protocol, "level", "macro")) for protocol in ("corrected", "as_published"))
    assert sum(CORRECTED in source for source in corrected) == 1
    assert sum('protocol = "as_published"' in source for source in published) == 1
    assert corrected.count(FORGET) == published.count(FORGET) == 1
    assert sum("train(" in source for source in corrected) == 2
    assert not any("train(" in source for source in published)


@pytest.mark.parametrize("name", tool.names())
def test_outputs_are_kept(name):
    assert list(tool.problems(tool.read(name))) == [], f"run it: python tools/run_notebooks.py {name}"
