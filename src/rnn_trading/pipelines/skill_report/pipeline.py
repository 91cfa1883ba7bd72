"""Skill records of both protocols to one table and one page."""

from kedro.pipeline import Node, Pipeline

from rnn_trading.experiments.wiring import by_name

from . import nodes


def create_pipeline(expected: dict[str, str], figures: dict[str, list[str]], with_canaries: list[str]) -> Pipeline:
    """Whatever records are there to the report.

    Parameters
    ----------
    expected
        Of each skill record, the pipeline that makes it.
    figures
        Of each skill record, the names of its figures.
    with_canaries
        Experiments that have canaries.
    """
    return Pipeline(
        [
            Node(
                nodes.read(expected, with_canaries),
                inputs="report_files",
                outputs="skill_records",
                name="read_records",
            ),
            Node(nodes.tabulate(list(expected)), inputs="skill_records", outputs="skill_table", name="tabulate_skill"),
            Node(
                nodes.write(expected, figures),
                inputs=["skill_table", "skill_records", "report_files"],
                outputs=by_name("skill_report_markdown", "skill_report_page"),
                name="write_report",
            ),
        ]
    )
