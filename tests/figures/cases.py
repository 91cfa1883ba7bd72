"""Every figure, drawn from small data with the longest names that experiments have."""

import numpy as np
import pandas as pd

from rnn_trading.figures import explanations, filings, folds, how_sure, inputs, macro, panels, series, skill, text
from rnn_trading.skill.calibration import judge_calibration
from rnn_trading.skill.intervals.judging import judge_intervals
from tests.figures import traded
from tests.made_up import table
from tests.skill.intervals import cases as interval_cases

TITLE = "Model beside its rivals\ntext_sentiment.pretrained_embeddings, as published, simulated data"
MONTHS = pd.date_range("2000-01-01", periods=40, freq="MS", name="date")
DAYS = pd.date_range("2020-01-01", periods=40, name="date")
RIVALS = (
    *("constant_share", "sign_of_last_return", "zero_return_means_down", "logistic_regression"),
    *("histogram_gradient_boosting", "zero", "training_mean", "past_mean", "ridge", "tfidf_logistic_regression"),
)
SERIES_RIVALS = (
    *("training_mean", "persistence", "seasonal_persistence", "drift", "mean_of_last_50", "autoregression"),
    *("vector_autoregression", "ridge", "har", "linear_regression"),
)


def history(*quantities, epochs=12):
    curve = np.geomspace(0.8, 0.3, epochs)
    return pd.DataFrame(
        [
            {"epoch": epoch, "rows": rows, "quantity": quantity, "value": value * (1.1 if rows == "validation" else 1)}
            for quantity in quantities
            for rows in ("train", "validation")
            for epoch, value in enumerate(curve, start=1)
        ]
    )


def model_record(metric="auc", rivals=RIVALS, published=0.6815):
    scores = {name: {metric: 0.5 + 0.01 * number} for number, name in enumerate(rivals)}
    return {
        "model": {"metrics": {metric: 0.53}},
        "rivals": scores,
        "without_stale": {"rows_left_out": 3, "model": {metric: 0.52}, "rivals": scores},
        "headline": {
            **{"metric": metric, "interval": [0.5, 0.56], "best_rival": rivals[-1], "rival_interval": [0.57, 0.61]},
        },
        "published": {metric: published},
        "published_on": "IMDB's 25,000 test reviews, with vectors of 100 dimensions",
    }


def importance(known=("level", "wednesday", "pause")):
    """By lag and channel, and of what has no lag."""
    channels, lags = ("changes", "sizes", "ranges", "volumes"), np.arange(1, 45)
    values = {"Channels": np.exp(-lags[:, None] / 9) * np.linspace(1, 0.1, len(channels))}
    features = {"Channels": channels}
    if known:
        values["Known"], features["Known"] = np.linspace(0.4, 0.1, len(known)), known
    return values, features


def moved(words=60):
    effects = np.sin(np.arange(words)) / 9
    long = [f"unforgettable_{place}" for place in range(words)]
    return {"words": long, "effects": effects, "attention": np.full(words, 1 / words)}


def runs():
    kinds = ("point_by_point", "restarted", "free_run")
    rows = [
        {"run": kind, "date": DAYS[0], "step": step, "target_date": DAYS[step], "truth": 1000.0 + step}
        for kind in kinds
        for step in range(1, 30)
    ]
    return pd.DataFrame(rows).assign(prediction=lambda rows: rows["truth"] + 10)


def of_macro(run="one_step"):
    names = ("US.consumer.sentiment", "US.industrial.production")
    values = pd.DataFrame({name: np.linspace(50, 120, len(MONTHS)) for name in names}, index=MONTHS)
    rows = [
        {
            **{"run": run, "date": MONTHS[27], "step": 1, "units": "original", "series": name, "target_date": month},
            **{"truth": 100.0, "prediction": 101.0, **{rival: 99.0 for rival in SERIES_RIVALS}},
        }
        for name in names
        for month in MONTHS[28:]
    ]
    return values, pd.DataFrame(rows)


def calibrated():
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, 400).astype(float)
    table = pd.DataFrame({"id": range(400), "truth": truth})
    table = table.assign(prediction=np.clip(0.5 * truth + 0.5 * generator.random(400), 0, 1), majority=0.6)
    return judge_calibration("sentiment", table[:200], table[200:], ["majority"])


def surely(name="level", **further):
    tables = {"level": interval_cases.level(60, 700), "runs": interval_cases.runs((60, 40), steps=29)}
    validation, test = tables[name]
    rivals = {"level": "persistence", "runs": "drift"}
    found = judge_intervals(name, test, validation, [rivals[name]], **further)
    return found | {"rival": "histogram_gradient_boosting"}  # of all names the longest


def compared():
    names = [*SERIES_RIVALS, "lstm_by_gates", "two_gru"]
    metrics = {name: {"r2": 0.01 * number, "qlike": 0.8} for number, name in enumerate(names)}
    inside = {"confidence_set": {"included": names[:3]}}
    return {"networks": names[-2:], "metrics": metrics, "squared error": inside, "QLIKE": inside}


def gradients():
    rows = [
        {"network": network, "trained": trained, "lag": lag, "norm": kept**lag, "windows": 100}
        for network, kept in {"rnn": 0.98, "lstm": 0.8}.items()
        for trained in (False, True)
        for lag in range(200)
    ]
    return pd.DataFrame(rows)


def forecasts(rivals=("ewma",)):
    truth = np.linspace(0.5, 3.0, len(DAYS))
    table = pd.DataFrame({"date": DAYS, "truth": truth, "prediction": truth + 0.1})
    return table.assign(**dict.fromkeys(rivals, 1.0))


def level_forecasts():
    return forecasts().set_index("date").assign(split=["train"] * 20 + ["test"] * 20, prediction=np.cos(np.arange(40)))


def averages():
    return pd.DataFrame({"truth": 0.5, "window_average": 0.4, "exponential_average": 0.6}, index=DAYS)


def evolved():
    predictions = runs().query("run == 'restarted'")
    steps = [
        {"epoch": epoch, "start": 0, "step": step, "forecast": 900.0} for epoch in (1, 30) for step in range(1, 30)
    ]
    return predictions, pd.DataFrame(steps)


def filing_forecasts():
    truth = np.linspace(-0.4, 0.4, 60)
    return pd.DataFrame({"prediction": truth / 2, "truth": truth})


LENGTHS = np.arange(1, 400)
BY_DATE = pd.Series(np.linspace(-0.2, 0.3, 40), index=DAYS)
SHARES = pd.DataFrame(np.linspace(0.4, 0.6, 50).reshape(10, 5), columns=range(1, 6))
ERRORS = {name: list(np.linspace(1, 5 + number, 50)) for number, name in enumerate(SERIES_RIVALS)}
PARTS = {part: {"ic_pooled": 0.1, "rmse": 1.0} for part in ("train", "test")}
PRICES = pd.Series(np.linspace(1000.0, 4000.0, len(DAYS)), index=DAYS)
OF_DAYS = pd.Series(["train"] * 20 + ["validation"] * 10 + ["test"] * 10, index=DAYS)
UNITS = dict.fromkeys(of_macro()[0], "index points")
BOTH_UNITS = dict.fromkeys(UNITS, ("index points", "change over 12 months, index points"))


def starred():
    generator = np.random.default_rng(0)
    truth = generator.integers(1, 6, 400).astype(float)
    table = pd.DataFrame({"truth": truth, "prediction": 2 + 0.4 * truth + generator.normal(0, 0.7, 400)})
    return table.assign(tfidf_ridge_of_the_words_seen=1.5 + 0.5 * truth + generator.normal(0, 0.6, 400))


def in_time(model, rival, **which):
    """Scores of a fold or a year."""
    dates = {"first_date": "2012-01-02", "last_date": "2015-12-31", "rows": 1000}
    beside = {"rival": "tfidf_logistic_regression", "value": rival}
    return which | dates | {"value": model, "best": beside, "best_of_fold": beside, "ahead": model > rival}


def of_folds(folds=6, years=24, seeds=5):
    """A record with folds, years and seeds, or without."""
    generator = np.random.default_rng(0)
    pairs = generator.normal(0.53, 0.02, (folds + years, 2)).tolist()
    values = {f"seed_{seed}": {"auc": 0.52 + 0.002 * seed} for seed in range(seeds)}
    record = model_record() | {
        "by_fold": [in_time(*pair, fold=number) for number, pair in enumerate(pairs[:folds], start=1)] or None,
        "by_year": [in_time(*pair, year=1999 + number) for number, pair in enumerate(pairs[folds:])] or None,
    }
    tests = [{"rival": "tfidf_logistic_regression", "rival_value": 0.52}]
    record["decision"] = {"value": 0.53, "larger_is_better": True, "tiers": {"strong": {"tests": tests}}}
    decided = {"seeds": {seed: of["auc"] for seed, of in values.items()}}
    record["model"] |= {"by_seed": {"seeds": values, "decided": decided}, "networks": seeds} if seeds else {}
    return record


def of_fits(folds=6, seeds=(42, 43)):
    names = [(fold, seed) for fold in range(1, folds + 1) for seed in seeds]
    curves = [history("loss").assign(fold=fold, seed=seed) for fold, seed in names]
    return pd.concat(curves), {f"fold_{fold}.seed_{seed}": 3 for fold, seed in names}


CASES = {
    "folds_and_years": lambda: folds.folds_and_years(of_folds(), "AUC", 0.5, TITLE),
    "folds_and_years of many folds": lambda: folds.folds_and_years(of_folds(folds=20), "AUC", 0.5, TITLE),
    "folds_and_years of one fold": lambda: folds.folds_and_years(of_folds(folds=1, seeds=0), "AUC", None, TITLE),
    "folds_and_years of documents": lambda: folds.folds_and_years(of_folds(folds=0, years=0), "AUC", 0.5, TITLE),
    "folds_and_years of nothing": lambda: folds.folds_and_years(of_folds(0, 0, 0), "AUC", 0.5, TITLE),
    "curves_of_fits": lambda: folds.curves_of_fits(*of_fits(), "validation", ("loss", "Loss (nats)"), TITLE),
    "curves_of_fits of two folds": lambda: folds.curves_of_fits(
        *of_fits(folds=2), "5 % of the training rows", ("loss", "Loss (squared scaled units)"), TITLE
    ),
    "learning_curves of one": lambda: panels.learning_curves(history("loss"), 12, "validation", "units", TITLE),
    "learning_curves of two": lambda: panels.learning_curves(history("loss", "auc"), 3, "validation", "units", TITLE),
    "learning_curves of errors": lambda: panels.learning_curves(
        history("loss", "rmse"), 7, "validation", "scaled units of the network", TITLE
    ),
    "losses_by_seed": lambda: panels.losses_by_seed(
        history("loss").assign(seed=7), {"7": 3}, "validation", ("loss", "Loss (squared weekly return)"), TITLE
    ),
    "quintile_means": lambda: panels.quintile_means(SHARES, "Share of tickers above the median of the date", TITLE),
    "no quintiles": lambda: panels.quintile_means(SHARES.iloc[:0], "Share", TITLE),
    "rolling_ic": lambda: panels.rolling_information_coefficient(BY_DATE, 26, TITLE),
    "model_beside_rivals": lambda: panels.model_beside_rivals(
        model_record(), "auc", "AUC on the test rows", 0.5, TITLE
    ),
    "model_beside_rivals without a reference": lambda: panels.model_beside_rivals(
        model_record("rmse", SERIES_RIVALS), "rmse", "RMSE on the test rows, in index points", None, TITLE
    ),
    "error_by_step": lambda: panels.error_by_step(ERRORS["ridge"], ERRORS, ("Steps ahead", "RMSE (points)"), TITLE),
    "raw_and_scaled": lambda: inputs.raw_and_scaled(PRICES, PRICES / 4000, OF_DAYS, "index points", TITLE),
    "series_and_window": lambda: inputs.series_and_window(
        PRICES,
        (PRICES[20:31], (PRICES[20:31] / PRICES.iloc[20] - 1).rename("change from the last value, scaled")),
        *(OF_DAYS, ("index points", inputs.DATES), TITLE),
    ),
    "rolling_rmse": lambda: series.rolling_rmse(history("rmse"), 3, "validation", "scaled units", TITLE),
    "level_panel": lambda: series.level_panel(level_forecasts(), PARTS, "index points", TITLE),
    "series_and_forecasts": lambda: series.series_and_forecasts(forecasts(), "ewma", "percent", TITLE),
    "networks_and_rivals": lambda: series.networks_and_rivals(compared(), TITLE),
    "gradient_by_lag": lambda: series.gradient_by_lag(
        gradients(),
        {"rnn": "simple RNN", "lstm": "LSTM"},
        {False: {"rnn": None, "lstm": 20}, True: {"rnn": 120, "lstm": 40}},
        TITLE,
    ),
    "no gradient_by_lag": lambda: series.gradient_by_lag(gradients().iloc[:0], {}, {False: {}, True: {}}, TITLE),
    "runs_over_truth": lambda: series.runs_over_truth(runs(), "points", None, TITLE),
    "paths_over_truth": lambda: series.paths_over_truth(
        runs().assign(recursion=990.0), ("recursion", "Runs of the other network"), "index points", None, TITLE
    ),
    "by_lag": lambda: explanations.by_lag(*importance(), "Growth of the loss (0.671) if exchanged", TITLE),
    "by_lag of a sequence alone": lambda: explanations.by_lag(*importance(known=()), "Value times derivative", TITLE),
    "by_word": lambda: explanations.by_word(moved(), TITLE),
    "by_word without attention": lambda: explanations.by_word(moved() | {"attention": None}, TITLE),
    "one_step_averages": lambda: series.one_step_averages(
        averages(), {"window_average": 0.1, "exponential_average": 0.2}, TITLE
    ),
    "evolution_of_forecasts": lambda: series.evolution_of_forecasts(PRICES, evolved(), 30, "points", TITLE),
    "raw_and_transformed": lambda: macro.raw_and_transformed(of_macro()[0], of_macro()[0], BOTH_UNITS, TITLE),
    "forecasts_in_time": lambda: macro.forecasts_in_time(
        of_macro()[0], (of_macro()[1], dict.fromkeys(UNITS, 0.5)), "one_step", UNITS, TITLE
    ),
    "text_lengths": lambda: text.text_lengths(LENGTHS, 2000, "reviews", TITLE),
    "calibration": lambda: how_sure.calibration(calibrated(), TITLE),
    "intervals": lambda: how_sure.intervals(surely(months=["2018-06", "2019-01"]), TITLE),
    "intervals of runs": lambda: how_sure.intervals(surely("runs"), TITLE),
    "no intervals": lambda: how_sure.nothing("No intervals: there are no validation rows.", TITLE),
    "forecasts_by_label": lambda: text.forecasts_by_label(starred(), "tfidf_ridge_of_the_words_seen", TITLE),
    "forecasts_and_returns": lambda: filings.forecasts_and_returns(filing_forecasts(), TITLE),
    **traded.CASES,
    "all_models": lambda: skill.all_models(table()),
    "no models": lambda: skill.all_models(table().iloc[-2:]),
}
