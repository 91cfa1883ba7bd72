"""Experiments on annual reports: the return that follows."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from kedro.pipeline import Node, Pipeline

from rnn_trading import figures
from rnn_trading.experiments import drawing, wiring
from rnn_trading.experiments.documents import PREPARATION, READING
from rnn_trading.experiments.filing_inputs import (
    forecast_seen,
    interface_of_filings,
    padded_filings,
    read_of,
    seen_in,
    seen_of,
)
from rnn_trading.experiments.fitting import fitted
from rnn_trading.experiments.folds import FitOf, Folds, experiment
from rnn_trading.experiments.sizes import beside_published
from rnn_trading.figures import Figure
from rnn_trading.filings.sequences import (
    FilingReadingParameters,
    describe_items,
)
from rnn_trading.filings.splits import (
    describe_filing_folds,
    describe_filing_parts,
)
from rnn_trading.filings.tone import length_and_tone
from rnn_trading.models.parameters import FilingNetworkParameters, TrainingParameters
from rnn_trading.models.states import States
from rnn_trading.plan import FINAL, FINAL_FOLD, Plan
from rnn_trading.skill.formats import format_interval, format_score
from rnn_trading.skill.metrics.filings import detectable_ic
from rnn_trading.skill.metrics.panels import spearman
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.rivals.filings import FILINGS, FilingRows, KnownFilings, cosine_to_previous
from rnn_trading.skill.rivals.fitting import forecast_with
from rnn_trading.skill.rows import KNOWN, MODEL
from rnn_trading.splits.walk_forward import over_all_folds
from rnn_trading.text.text import TokenSequences

FORECAST = ("validation", "test")
# Of the last fold that is judged, what is said and drawn of the texts.
OF_THE_LAST = ("items", "phrases", "words", "vectors_report", "documents")
SHARED = ("filings", "filing_prices", "filings_report", "filing_sentences", "word_vectors_source")


def train_network(
    sequences: TokenSequences,
    vectors: pd.DataFrame,
    documents: pd.DataFrame,
    experiment: Experiment,
    reading: FilingReadingParameters,
    architecture: FilingNetworkParameters,
    training: TrainingParameters,
    training_state: States,
    fit: FitOf,
) -> dict[str, Any]:
    """Fit the network on the training filings.

    Training is stopped on the validation filings, or on those of the test where there are none.

    Returns
    -------
    dict
        See :func:`rnn_trading.experiments.fitting.fitted`.

    Raises
    ------
    ValueError
        If the training returns are all equal.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.batches import RaggedRows  # noqa: PLC0415
    from rnn_trading.models.by_date import COEFFICIENT  # noqa: PLC0415
    from rnn_trading.models.filing_network import INPUT  # noqa: PLC0415
    from rnn_trading.models.networks import Blueprint  # noqa: PLC0415

    masked, read = architecture.mask_padding, read_of(sequences, documents, changes=architecture.changes)

    def rows(part: str) -> Any:
        of_part = documents[documents["split"] == part]
        target = of_part["truth"].to_numpy(dtype=np.float32)
        seen = seen_in(read, of_part, reading)
        if masked:  # then a batch need not be longer than its longest filing
            return RaggedRows(INPUT, seen.pop(INPUT), target, seen)
        return padded_filings(seen, reading), target

    held_out = "validation" if (documents["split"] == "validation").any() else "test"
    watch = [_watch(read, _of_part(documents, held_out), reading)] if training.monitor == COEFFICIENT else []
    trained = _of_part(documents, "train")
    known = seen_in(read, trained, reading)[INPUT], trained["truth"]
    interface = interface_of_filings(vectors, documents, reading, architecture, known)
    blueprint = Blueprint(architecture, interface)
    result = fit.train(blueprint, rows("train"), rows(held_out), training, training_state, *watch)
    made, sizes = fitted(result, training, held_out), (len(vectors), architecture.dimensions or vectors.shape[1])
    return beside_published(made, experiment, *sizes, "words and phrases", first=fit.first)


def _watch(read: dict[str, TokenSequences], watched: pd.DataFrame, reading: FilingReadingParameters) -> Any:
    """What measures the rank correlation on the watched filings after every epoch."""
    from rnn_trading.models.by_date import WatchCoefficient  # noqa: PLC0415  see train_network

    def coefficient(model: Any) -> float:
        forecasts = forecast_seen(model, seen_in(read, watched, reading), reading)
        return 0.0 if np.ptp(forecasts) == 0 else spearman(forecasts, watched["truth"].to_numpy(dtype=float))

    return WatchCoefficient(coefficient, [watched[name].to_numpy() for name in ("truth", "sequence")])


def forecast_filings(
    model: Any, sequences: TokenSequences, documents: pd.DataFrame, reading: FilingReadingParameters
) -> pd.DataFrame:
    """Forecast the return after every filing of validation and test.

    Returns
    -------
    pandas.DataFrame
        ``split``, ``firm``, ``date`` of the entry, ``prediction``, ``truth``, index ``filing_id``.
    """
    wanted = _of_part(documents, *FORECAST)
    forecasts = forecast_seen(model, seen_of(model, sequences, documents, wanted, reading), reading)
    keys = wanted[["split", "firm", "entry"]].astype({"split": "str"}).rename(columns={"entry": "date"})
    return keys.assign(**{MODEL: forecasts}, truth=wanted["truth"])


def forecast_with_rivals(sequences: TokenSequences, words: list[str], documents: pd.DataFrame) -> pd.DataFrame:
    """Fit the rivals on the training filings and forecast those of validation and test.

    Returns
    -------
    pandas.DataFrame
        One column a rival, index ``filing_id``.
    """
    counts, tone = sequences.counts(len(words)), length_and_tone(sequences, words)
    read = documents[documents["sequence"] >= 0].sort_values("sequence")
    train, validation, wanted = (_of_part(documents, *parts) for parts in (["train"], ["validation"], FORECAST))
    similarity = cosine_to_previous(counts, train["sequence"].to_numpy(), read["firm"], read["date_filed"])

    def rows(part: pd.DataFrame) -> FilingRows:
        positions = part["sequence"].to_numpy()
        return FilingRows(counts[positions], tone[positions], similarity[positions])

    known = KnownFilings(*((rows(part), part["truth"].to_numpy()) for part in (train, validation)))
    return forecast_with(FILINGS, known, rows(wanted), wanted.index)


def gather_reports(
    filings: pd.DataFrame,
    filings_report: dict[str, Any],
    items: pd.DataFrame,
    phrases: list[dict[str, float]],
    words: list[str],
    vectors_report: dict[str, Any],
    reading: FilingReadingParameters,
    **by_fold: pd.DataFrame,
) -> dict[str, Any]:
    """Say where the data come from, why filings were left out, and how much of the texts the network sees.

    Texts are read anew in every fold: what is said of them is true of the last one that is judged. Rows of parts are
    those of each fold's own ``documents``, which are given by the name of the fold.
    """
    documents = of_all_folds(by_fold)
    used = documents[documents["split"].notna()]
    return {
        "source": filings_report["source"],
        "simulated": bool(filings["known_signal"].notna().any()),
        "filings": {key: value for key, value in filings_report.items() if key not in ("source", "dropped")},
        **describe_filing_parts(documents),
        "folds": describe_filing_folds(documents),
        "dropped": filings_report["dropped"] | documents["problem"].value_counts().to_dict(),
        "entered_early": int(used["early"].sum()),
        "stale_prices": int(used["stale"].sum()),
        "undecodable_texts": int(items.groupby("filing_id")["undecodable"].any().sum()),
        "items": describe_items(items),
        "phrases": [len(found) for found in phrases],
        "vocabulary": len(words),
        "median_tokens": float(used["tokens"].median()),
        "tokens_seen": float(used["tokens"].clip(upper=reading.tokens).sum() / used["tokens"].sum()),
        **({"word_vectors": vectors_report} if vectors_report else {}),
    }


def of_all_folds(by_fold: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The documents of the last fold that is judged, with the parts that they have in each fold.

    Parameters
    ----------
    by_fold
        Documents of each fold, by ``fold_1``, ...; and of the final fit, by ``fold_final``. A text that cannot be used
        in one fold may be used in the next, which has other phrases and peers.

    Returns
    -------
    pandas.DataFrame
        ``split``, ``fold_1``, ... and ``final``, as of :func:`rnn_trading.splits.walk_forward.walk_forward`;
        ``problem`` of filings that are in no part of any fold.

    Examples
    --------
    The second filing is long enough in the first fold alone.

    >>> first = pd.DataFrame({"split": ["train", "test", None], "problem": [None, None, "no_text"]})
    >>> last = first.assign(split=["train", None, None], problem=[None, "too_few_tokens", "no_text"])
    >>> of_all_folds({"fold_1": first, "fold_2": last}).astype("object").fillna("").to_dict("list")
    {'split': ['train', 'test', ''], 'problem': ['', '', 'no_text'], \
'fold_1': ['train', 'test', ''], 'fold_2': ['train', '', '']}
    """
    parts = {fold: documents["split"] for fold, documents in by_fold.items()}
    judged = [fold for fold in by_fold if fold != FINAL_FOLD]
    problem = by_fold[judged[-1]]["problem"]
    for documents in by_fold.values():
        problem = problem.fillna(documents["problem"])
    used = pd.DataFrame(parts).notna().any(axis=1)
    columns = {FINAL if fold == FINAL_FOLD else fold: part for fold, part in parts.items()}
    split = over_all_folds([parts[fold] for fold in judged])
    return by_fold[judged[-1]].assign(split=split, problem=problem.mask(used), **columns)


def judge(
    predictions: pd.DataFrame,
    validation_predictions: pd.DataFrame,
    documents: pd.DataFrame,
    filings: pd.DataFrame,
    reports: dict[str, Any],
    training: dict[str, Any],
    experiment: Experiment,
    protocol: str,
) -> dict[str, Any]:
    """Write the skill record of the averaged network.

    Returns
    -------
    dict
        See :func:`rnn_trading.skill.record.skill_record`. ``data.known_signal``, of simulated filings: its information
        coefficient on the test filings and the share of it that the network has, None if it is too small to detect.
    """
    test = documents.loc[predictions["filing_id"]]
    return skill_record(
        experiment,
        protocol,
        _with_exits(predictions, documents),
        test[["early", "stale"]],
        reports | _known_signal(predictions, filings),
        training,
        validation=_with_exits(validation_predictions, documents),
    )


def _with_exits(predictions: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """The same with the date on which each return was known."""
    return predictions.assign(**{KNOWN: documents.loc[predictions["filing_id"], "exit"].to_numpy()})


def _known_signal(predictions: pd.DataFrame, filings: pd.DataFrame) -> dict[str, Any]:
    signal = filings.loc[predictions["filing_id"], "known_signal"].to_numpy()
    if np.isnan(signal).any():
        return {"known_signal": None}
    truth = predictions["truth"].to_numpy()
    of_signal, of_model = (spearman(forecast, truth) for forecast in (signal, predictions[MODEL].to_numpy()))
    found = of_signal > detectable_ic(len(truth))
    planted = f"the signal that was put into them has an information coefficient of {format_score(of_signal)}"
    return {
        "simulated": True,
        # A share of a signal that cannot be told from none is not a number.
        "known_signal": {"ic": of_signal, "model_ic": of_model, "share": of_model / of_signal if found else None},
        "caveat": "the filings are simulated, and say nothing of markets: "
        + (planted if found else f"{planted}, too little to be detected on {len(truth):,} filings")
        + f"; the network has {format_score(of_model)}",
    }


def forecasts_and_returns(predictions: pd.DataFrame, skill: dict[str, Any]) -> Figure:
    """Every test filing by forecast and return."""
    metrics = skill["model"]["metrics"]
    score = format_interval(metrics["ic"], *metrics["ic_interval_by_date"])
    what = f"Information coefficient {score} on {len(predictions):,} test filings"
    return figures.filings.forecasts_and_returns(predictions, drawing.title(what, skill))


def filing_lengths(documents: pd.DataFrame, reading: FilingReadingParameters, skill: dict[str, Any]) -> Figure:
    """How long the filings are, and how much of them the network sees."""
    used = documents.loc[documents["split"].notna(), "tokens"].to_numpy()
    return drawing.text_lengths(used, reading.tokens, "filings", skill)


def _of_part(documents: pd.DataFrame, *parts: str) -> pd.DataFrame:
    """Filings of one or several parts, in the order of their entries, by which cross-validation looks forward."""
    return documents[documents["split"].isin(parts)].sort_values(["entry", "sequence"])


def filing_experiment(
    name: str, plan: Plan, explain: Node | None = None, further: wiring.Drawn | None = None
) -> Pipeline:
    """An experiment on ``filings``, under its own namespace, from the labels to the figures.

    Parameters
    ----------
    name
        Of the experiment; ``params:NAME`` has the blocks ``experiment``, ``label``, ``split``, ``walk_forward``,
        ``reading``, ``model`` and ``training``, and ``seeds``.
    plan
        How many folds and seeds it has.
    explain
        The node that makes the ``explanation`` of the record; None: there is none.
    further
        By their names, figures of the record beside those that all such experiments have.
    """
    figures: wiring.Drawn = {
        "learning_curves": partial(drawing.losses_by_seed, loss="Squared error"),
        "forecasts_and_returns": forecasts_and_returns,
        "filing_lengths": filing_lengths,
        "model_and_rivals": partial(drawing.model_and_rivals, measured="on the test filings"),
        **(further or {}),
    }
    fits = plan.of(name)
    last = {each: f"{name}.{fits.names[-1]}.{each}" for each in OF_THE_LAST}
    every = [*fits.names, *([FINAL_FOLD] if fits.final else [])]
    of_folds = {f"{fold}_documents": f"{name}.{fold}.documents" for fold in every}
    taken: dict[str, Any] = dict(zip(every, of_folds, strict=True))
    reports = wiring.node(gather_reports, "reports", **taken)
    explaining = [] if explain is None else [explain]
    judging = wiring.judge(judge, explained=explain is not None)
    nodes = [*PREPARATION, reports, *explaining, judging, wiring.draw(figures)]
    fit = wiring.train(train_network), wiring.forecast(forecast_filings)
    folds = Folds(fits, (*READING, wiring.rivals(forecast_with_rivals)), fit)
    return experiment(name, nodes, folds, {each: each for each in SHARED} | last | of_folds)
