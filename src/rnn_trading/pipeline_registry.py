"""Pipelines by name. Each contains what it needs upstream, so that it runs from a fresh clone.

The imports are explicit: `kedro run` imports only the folder of the pipeline it is asked for when pipelines are
found by their folders, and a pipeline here is composed of several.
"""

from kedro.pipeline import Pipeline

from rnn_trading.pipelines import (
    canaries,
    daily_weekly_sequences,
    data_ingestion,
    multivariate,
    sec_filings,
    skill_report,
    stacked_lstm,
    text_sentiment,
    univariate_regression,
)
from rnn_trading.pipelines.canaries.experiments import CANARIES
from rnn_trading.pipelines.daily_weekly_sequences.pipeline import create_weekly
from rnn_trading.pipelines.data_ingestion.pipeline import (
    create_filings,
    create_index,
    create_index_table,
    create_macro,
    create_prices,
    create_reviews,
)


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline by its name, and every experiment by its own.

    ``__default__`` is all that goes from a source to skill records; ``canaries`` and ``skill_report`` judge it.
    """
    prices, weekly = create_prices(), create_prices() + create_weekly()
    pipelines = {
        "data_ingestion": data_ingestion.create_pipeline(),
        "daily_weekly_sequences": prices + daily_weekly_sequences.create_pipeline(),
        "stacked_lstm": weekly + stacked_lstm.create_pipeline(),
        "univariate_regression": create_index() + univariate_regression.create_pipeline(),
        "multivariate": create_macro() + multivariate.create_pipeline(),
        "text_sentiment": create_reviews() + text_sentiment.create_pipeline(),
        "sec_filings": create_filings() + sec_filings.create_pipeline(),
    }
    parts = {
        "data_ingestion.prices": prices,
        "data_ingestion.index": create_index(),
        "data_ingestion.macro": create_macro(),
        "data_ingestion.reviews": create_reviews(),
        "data_ingestion.filings": create_filings(),
        # Reads a model that is there, and trains none: alone of all pipelines it needs another to have run.
        "text_sentiment_inference": text_sentiment.create_inference(),
    }
    by_name = experiments()
    made_by = records_made_by(by_name)
    judges = {
        "canaries": canaries.create_pipeline({record: by_name[name] for record, name in made_by.items()}),
        "skill_report": skill_report.create_pipeline(made_by, figures_of(by_name), list(CANARIES)),
    }
    return {"__default__": sum(pipelines.values(), Pipeline([])), **pipelines, **judges, **parts, **by_name}


def experiments() -> dict[str, Pipeline]:
    """Every experiment by its name, each from its source."""
    weekly = create_prices() + create_weekly()
    found = {name: weekly + stacked_lstm.create_experiment(name) for name in stacked_lstm.EXPERIMENTS}
    for name in univariate_regression.EXPERIMENTS:
        table = create_index_table("index_ranges" if name.endswith(".mid_price") else "index_prices")
        found[name] = table + univariate_regression.create_experiment(name)
    for name in multivariate.EXPERIMENTS:
        found[name] = create_macro() + multivariate.create_experiment(name)
    for name in text_sentiment.EXPERIMENTS:
        found[name] = create_reviews() + text_sentiment.create_experiment(name)
    for name in sec_filings.EXPERIMENTS:
        found[name] = create_filings() + sec_filings.create_experiment(name)
    return found


def figures_of(experiments: dict[str, Pipeline]) -> dict[str, list[str]]:
    """Of each skill record, the names of the figures that lie beside it."""
    return {
        node.namespace: [output.removeprefix(f"{node.namespace}.").removesuffix("_figure") for output in node.outputs]
        for pipeline in experiments.values()
        for node in pipeline.nodes
        if node.namespace and node.name == f"{node.namespace}.draw_figures"
    }


def _is_record(dataset: str) -> bool:
    return dataset.endswith(".skill")


def records_made_by(experiments: dict[str, Pipeline]) -> dict[str, str]:
    """Of each skill record, the name of the experiment that makes it."""
    return {
        record: name
        for name, pipeline in experiments.items()
        for record in sorted(output.removesuffix(".skill") for output in pipeline.all_outputs() if _is_record(output))
    }


def inputs_of_records(experiments: dict[str, Pipeline]) -> dict[str, set[str]]:
    """Of each skill record, the parameters and sources that it is made from."""
    return {
        record: experiments[name].to_outputs(f"{record}.skill").inputs()
        for record, name in records_made_by(experiments).items()
    }
