"""Which code a file is said to be made by."""

import importlib
import sys

from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from rnn_trading.progress import FIT
from rnn_trading.workspace import lineage

SOURCES = {
    "lineage_tables": "import lineage_numbers\ndef prepare(rows): return lineage_numbers.one * rows\n",
    "lineage_numbers": "one = 1\n",
    "lineage_fits": "import lineage_figures\ndef fit(table): return table\n",
    "lineage_figures": "def draw(fitted): return fitted\n",
}


def test_a_fit_and_what_it_is_made_from_have_the_code_of_all_nodes_before_them(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(lineage, "NOT_OF_A_FIT", ("lineage_figures",))

    def codes(**changes):
        for name, text in (SOURCES | changes).items():
            (tmp_path / f"{name}.py").write_text(text)
        tables, fits, figures = (importlib.import_module(f"lineage_{name}") for name in ("tables", "fits", "figures"))
        nodes = [
            Node(tables.prepare, "params:rows", "table", name="prepare"),
            Node(fits.fit, "table", "fitted", name="fit", tags=[FIT]),
            Node(figures.draw, "fitted", "figure", name="draw"),
        ]
        found = lineage.Lineage(Pipeline(nodes), {}, {"params:rows": 1}, DataCatalog(), tmp_path)
        return [found.of(name).get("code") for name in ("table", "fitted", "figure")]

    try:
        table, fitted, figure = codes()
        assert table and fitted and table != fitted and figure is None
        assert codes(lineage_figures=SOURCES["lineage_figures"].replace("fitted)", "fitted, color=1)")) == [
            table,
            fitted,
            None,
        ]
        of_fit = codes(lineage_fits=SOURCES["lineage_fits"].replace("return table", "return -table"))
        assert of_fit[0] == table and of_fit[1] != fitted
        prepared = codes(lineage_numbers="one = 23\n")
        assert prepared[0] != table and prepared[1] != fitted
    finally:
        for name in SOURCES:
            sys.modules.pop(name, None)
