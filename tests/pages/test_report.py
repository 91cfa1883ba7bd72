"""The report as a page, from a made-up table."""

import json
import platform
import re
from pathlib import Path

import pytest

from rnn_trading.pages.figures import Figure
from rnn_trading.pages.report import report_page
from rnn_trading.skill.marks import MARKS
from rnn_trading.skill.record_files import read_records
from rnn_trading.skill.summary import skill_table
from tests.conftest import ROOT
from tests.made_up import table
from tests.records import CANARIES, EXPECTED, THREE, canaries, files, read, record

PICTURE = Figure("All", "UElDVFVSRQ==", 1400, 1000)


@pytest.fixture
def page():
    records = read(files(*THREE) | canaries())

    def make(shown, made=None):
        return report_page(
            ["First.", "Second."], shown, records, {key: [] for key in records.found}, {}, [], PICTURE, made
        )

    return make


def test_the_page_begins_with_the_picture_and_what_was_found(page):
    text = page(table())
    said = ("<h1>", "data:image/png;base64,UElDVFVSRQ==", "<li>First.</li>", "<h2>All models</h2>", 'id="skill"')
    places = [text.index(each) for each in said]
    assert places == sorted(places)
    assert 'alt="1 of 14 models on real data beats every rival, 2 naive ones only, 1 chance only.' in text


def test_models_without_a_record_are_one_line_of_the_table(page):
    text = page(table())
    body, foot = re.search(r'<table id="skill".*?<tbody>(.*?)</tbody>(.*?)</table>', text, flags=re.DOTALL).groups()
    assert body.count("<tr>") == 16
    assert "3 models have no record yet. To make them: <code>make report</code>" in foot
    assert "no record yet" not in page(table().iloc[:-3])


def test_runs_that_are_not_as_in_conf_base_are_said_once(page):
    changed = table()
    changed.loc[[0, 1], "corrected_changed"] = "split.purge = <0>"
    text = page(changed)
    assert text.count("Not as in conf/base: 2 runs") == text.count("Not as in conf/base") == 1
    assert text.count("split.purge = &lt;0&gt;") == 2
    assert "Not as in conf/base" not in page(table())


def test_a_careful_run_stands_beside_the_others():
    careful = record("a.up", "careful", 0.58, 0.55)
    laws = json.loads(canaries()["corrected/canaries.json"]) | {"protocol": "careful"}
    laws["experiments"][0]["laws"][0]["held"] = False
    ways = {name: ("as_published", "corrected", "careful") for name in EXPECTED}
    given = files(*THREE, careful) | canaries() | {"careful/canaries.json": json.dumps(laws).encode()}
    records = read_records(given, EXPECTED, CANARIES | {"careful": ["a"]}, ways)
    figures = {key: [] for key in records.found}
    text = report_page([], skill_table(records, list(EXPECTED)), records, figures, {}, [], PICTURE)
    died = "careful: a breaks the law that luck is not skill"
    assert re.search(
        rf"A canary died.</strong> {died}[^<]*<code>kedro run --pipelines canaries --params protocol=car", text
    )
    # Its canaries stand first, and only those as published are meant to die.
    assert text.index("<h3>Careful</h3>") < text.index("<h3>Corrected</h3>")
    assert "meant to break laws" not in text
    figure = re.search(r"<code>auc</code></th>(.*?)</tr>", text).group(1)
    assert re.findall(r">([^<]+)<", figure) == ["0.68", "0.600", "0.520", "0.580"]
    assert len(re.findall(r'<td[^>]* data-column="Careful"', text)) == 2


def test_every_mark_has_its_colour_and_is_explained(page):
    text = page(table())
    for mark in MARKS.values():
        assert f'style="color: {mark.colour}" title="{mark.says}">{mark.character}</span>&nbsp;{mark.says}' in text


def test_two_pages_from_one_table_differ_in_the_stamp_alone(page):
    one, other = page(table(), "Made first."), page(table(), "Made then.")
    assert one != other
    assert one.replace("Made first.", "Made then.") == other


def test_a_page_names_no_host_and_no_folder_of_this_machine(page):
    text = page(table())
    assert re.search(r"Made on 2\d{3}-\d\d-\d\d \d\d:\d\d UTC by rnn-trading [^ ]+, commit [0-9a-z-]+\.", text)
    for private in (str(ROOT), str(Path.home()) + "/"):
        assert private not in text
    assert not re.search(rf"\b{re.escape(platform.node())}\b", text) or len(platform.node()) < 4
