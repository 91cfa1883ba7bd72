"""Skill records of all protocols to one table and one page."""

from collections.abc import Mapping, Sequence

from kedro.pipeline import Pipeline

from rnn_trading.experiments import wiring

from . import nodes


def create_pipeline(
    expected: dict[str, str],
    figures: Mapping[tuple[str, str], list[str]],
    with_canaries: Mapping[str, Sequence[str]],
    protocols: Mapping[str, Sequence[str]],
    not_missed: list[str],
) -> Pipeline:
    """Whatever records are there to the report.

    Parameters
    ----------
    expected
        Of each skill record, the pipeline that makes it.
    figures
        By (name, protocol) of a skill record, the names of its figures.
    with_canaries
        By protocol, the experiments that have canaries there.
    protocols
        Of each skill record, the protocols in which it exists.
    not_missed
        Records that need not be there.
    """
    given = {"expected": expected, "with_canaries": with_canaries, "protocols": protocols, "not_missed": not_missed}
    read = wiring.given(nodes.read_skill_records, **given)
    tabulate = wiring.given(nodes.tabulate_skill, names=list(expected), not_missed=not_missed)
    write = wiring.given(nodes.write_skill_report, expected=expected, figures=figures)
    return Pipeline(
        [
            wiring.node(read, "skill_records", name="read_records", run="params:run"),
            wiring.node(tabulate, "skill_table"),
            wiring.node(nodes.draw_skill_report, "skill_report_picture", name="draw_report"),
            wiring.node(write, "skill_report_markdown", "skill_report_page", name="write_report"),
        ]
    )
