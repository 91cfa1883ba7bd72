"""Every kind of experiment obeys every law, in the protocols that must, and every override of the canaries fits."""

import dataclasses
import json

import pytest

from rnn_trading.pipeline_registry import WITH_EXPERIMENTS, experiments, records_made_by
from rnn_trading.pipelines.canaries.experiments import CANARIES, experiment_of
from rnn_trading.pipelines.canaries.nodes import BrokenLawError, canary_results, merge
from rnn_trading.pipelines.canaries.runs import MemoryRun
from rnn_trading.plan import Plan
from rnn_trading.skill.laws import LAWS
from rnn_trading.skill.protocols import COMPARED, JUDGED
from tests.pipelines.test_canaries import parameters_of, pipeline_of

# Canaries of each protocol; the careful one has no records but those of its systems.
RECORDS = {protocol: records_made_by(experiments(Plan({"protocol": protocol}))) for protocol in COMPARED}
HERE = {protocol: [name for name in CANARIES if experiment_of(name) in RECORDS[protocol]] for protocol in COMPARED}

# One of each kind of network, start and data, in each protocol that must; `kedro run --pipelines canaries --env test`
# asks the same of all.
MUST = {
    "careful": [
        *("stacked_lstm.regression", "stacked_lstm.classification.tickers_die"),
        *("univariate_regression.level", "univariate_regression.volatility", "univariate_regression.mid_price"),
        *("multivariate.macro", "text_sentiment.learned_embeddings", "sec_filings.returns"),
    ],
    "corrected": [
        *("stacked_lstm.classification", "univariate_regression.level.returns"),
        *("univariate_regression.rolling_windows.index", "univariate_regression.rolling_windows.index.encoder_decoder"),
    ],
}


@pytest.mark.minutes
@pytest.mark.trains
@pytest.mark.traced
@pytest.mark.parametrize(("protocol", "name"), [(protocol, name) for protocol in MUST for name in MUST[protocol]])
def test_every_kind_of_experiment_obeys_every_law(protocol, name):
    values, canaries = parameters_of("test", protocol)
    laws = canary_results(name, pipeline_of(name, values), values, canaries)["laws"]
    assert [result["law"] for result in laws] == list(LAWS)
    assert [result["law"] for result in laws if not result["held"]] == []
    assert laws[2]["rows"] > 10


def test_every_pipeline_with_experiments_is_among_those_that_must_obey():
    assert set(MUST) == set(JUDGED)
    for protocol, names in MUST.items():
        assert set(names) <= set(HERE[protocol])
    assert {name.partition(".")[0] for name in MUST["careful"]} == set(WITH_EXPERIMENTS)
    assert set(HERE["corrected"]) - set(HERE["careful"]) <= set(MUST["corrected"])


@pytest.mark.trains
def test_the_pipeline_gathers_what_the_experiments_say_and_upholds_the_laws(project):
    """Of one experiment as it runs; what it says stands for the others."""
    protocol, name = "careful", "univariate_regression.mid_price"
    folder = project("canaries", protocol=protocol, to_nodes=[f"release_canaries.{name}"])
    results = folder / f"data/08_reporting/{protocol}/canaries"
    said = json.loads((results / "univariate_regression_mid_price.json").read_text())
    assert said["experiment"] == name
    for other in HERE[protocol]:
        (results / f"{other.replace('.', '_')}.json").write_text(json.dumps(said | {"experiment": other}))
    project("canaries", protocol=protocol, from_nodes=["gather_canaries"])
    gathered = json.loads((results.parent / "canaries.json").read_text())
    assert [one["experiment"] for one in gathered["experiments"]] == HERE[protocol]
    said["laws"][0]["held"] = False
    (results / "univariate_regression_mid_price.json").write_text(json.dumps(said))
    with pytest.raises(BrokenLawError, match=rf"Canaries died \({protocol}\):\n{name} breaks the law that luck"):
        project("canaries", protocol=protocol, from_nodes=["gather_canaries"])


@pytest.mark.parametrize(("protocol", "name"), [(protocol, name) for protocol, names in HERE.items() for name in names])
def test_every_override_fits_its_experiment(name, protocol, tmp_path):
    """When a run is put together, every block of parameters is checked and becomes a parameter set."""
    values, canaries = parameters_of("base", protocol)
    pipeline = pipeline_of(name, values)
    experiment = experiment_of(name)
    run = MemoryRun(experiment, pipeline, merge(values, canaries.overrides), {}, tmp_path)
    given = [
        entry for entry in pipeline.to_outputs(f"{experiment}.predictions").inputs() if entry.startswith("params:")
    ]
    assert given
    blocks = [entry for entry in given if not entry.endswith("seeds")]
    assert [entry for entry in blocks if not dataclasses.is_dataclass(run[entry])] == []
