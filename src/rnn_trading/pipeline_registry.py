"""Pipelines by name. Each contains what it needs upstream, so that it runs from a fresh clone.

The imports are explicit: `kedro run` imports only the folder of the pipeline it is asked for when pipelines are
found by their folders, and a pipeline here is composed of several.
"""

from kedro.pipeline import Pipeline

from rnn_trading.pipelines import daily_weekly_sequences, data_ingestion, stacked_lstm
from rnn_trading.pipelines.daily_weekly_sequences.pipeline import create_weekly


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline by its name; ``__default__`` is all of them."""
    prices = data_ingestion.create_pipeline()
    pipelines = {
        "data_ingestion": prices,
        "daily_weekly_sequences": prices + daily_weekly_sequences.create_pipeline(),
        "stacked_lstm": prices + create_weekly() + stacked_lstm.create_pipeline(),
    }
    return {"__default__": sum(pipelines.values(), Pipeline([])), **pipelines}
