"""A model that exists in one protocol only: what the report lacks of it, and what it says."""

from rnn_trading.skill.record_files import read_records
from rnn_trading.skill.summary import no_finding, skill_table
from tests.records import CANARIES, EXPECTED, THREE, files, record


def test_a_model_of_the_published_way_alone_lacks_no_corrected_record():
    nothing = read_records({}, EXPECTED, CANARIES, {"b": ("as_published",)})
    assert [(name, protocol) for name, protocol, _ in nothing.missing if name == "b"] == [("b", "as_published")]
    there = read_records(
        files(*THREE, record("b", "as_published", 0.6, 0.55)), EXPECTED, CANARIES, {"b": ("as_published",)}
    )
    assert [name for name, _, _ in there.missing] == ["a.down", "canaries"]
    row = skill_table(there, list(EXPECTED)).set_index("experiment").loc["b"].to_dict()
    assert row["remark"] == "run as published only"
    assert no_finding(row) == "Run as published only"
    # One that belongs to neither is left out, with a reason.
    other = read_records(files(record("b", "corrected", 0.6, 0.55)), EXPECTED, CANARIES, {"b": ("as_published",)})
    assert other.problems == ["corrected/b/skill.json: no experiment or no protocol of this project; left out"]
