"""A table of all models as a report makes it, from the numbers of no run."""

import math

import pandas as pd

FINDINGS = {
    "every": "Skill beyond every rival",
    "naive": "Skill beyond naive rivals, not told from strong ones",
    "chance": "Better than chance only",
    "none": "Cannot be told from chance (less than 0.031 would go unseen)",
    "worse": "Worse than a naive rival",
    "few": "Too few rows for a verdict",
    None: None,
}
WORDS = {
    "auc": "AUC",
    "ic_mean": "mean information coefficient by date",
    "ic": "information coefficient",
    "r2": "R2",
    "rmse": "RMSE in index points",
    "mae": "MAE one month ahead, in the network's units",
}


def model(name, metric, scores, kind, *, published=math.nan, half=0.03, **changes):
    """A row of the table; ``scores``: as published here, corrected, best naive rival, best strong rival."""
    as_published, corrected, naive, strong = scores
    half_width = half * (1 if metric not in ("rmse", "mae") else corrected)
    sign = 1 if kind in ("every", "naive", "chance") else -1
    row = {
        **{"experiment": name, "remark": None, "counts": True, "metric": metric, "score": WORDS[metric]},
        "larger_is_better": metric not in ("rmse", "mae"),
        **{"published": published, "published_on": None if math.isnan(published) else "other data"},
        "published_in": None if math.isnan(published) else "a book of 2020",
    }
    row |= of_protocol("as_published", as_published, half_width, naive, "none")
    row |= of_protocol("corrected", corrected, half_width, naive, kind)
    row |= of_protocol("careful", math.nan, math.nan, math.nan, None)
    row |= {
        **{"judged_by": "corrected" if kind else None, "careful_difference": math.nan},
        **{"careful_is_better": None, "careful_p_value": math.nan, "careful_beside": None},
        **{"naive": None if math.isnan(naive) else "persistence", "naive_value": naive},
        **{"strong": None if math.isnan(strong) else "ridge", "strong_value": strong},
        **{"statistic": "information coefficient by date"},
        **{"against": "persistence", "difference": sign * 0.031, "difference_low": sign * 0.031 - 0.02},
        **{"difference_high": sign * 0.031 + 0.02, "doubtful": False},
        **{"p_value": 0.004, "p_holm": 0.03, "p_fdr": 0.01},
        **{"chance_status": "beaten", "naive_status": "undecided", "strong_status": "undecided"},
        **{
            "finding": FINDINGS[kind],
            "finding_kind": kind,
            "verdict": "It is so.",
        },
        **{"networks": 1, "rows": 1000, "folds_and_seeds": None},
    }
    return row | changes


def of_protocol(protocol, value, half_width, naive, kind):
    """The columns of a protocol."""
    values = {"low": value - half_width, "high": value + half_width, "too_narrow": False, "source": "x"}
    values |= {"changed": None, "naive": None if math.isnan(naive) else "persistence", "naive_value": naive}
    values |= {"finding": FINDINGS[kind], "finding_kind": kind}
    return {protocol: value} | {f"{protocol}_{name}": each for name, each in values.items()}


BETTER = "better than the corrected network by 0.010 of what decided, not tested"


def with_careful(row, value, *, beside=BETTER, better=True):
    """The same row with a careful record, which has the finding; the corrected one finds nothing."""
    half_width = (row["corrected_high"] - row["corrected_low"]) / 2
    of_careful = of_protocol("careful", value, half_width, row["naive_value"], row["finding_kind"])
    corrected = {"corrected_finding": FINDINGS["none"], "corrected_finding_kind": "none"}
    known = {"careful_is_better": better, "careful_beside": beside, "careful_difference": value - row["corrected"]}
    return row | of_careful | corrected | known | {"judged_by": "careful"}


def no_record(name):
    """A row of a model without records."""
    row = model(name, "auc", (math.nan,) * 4, None, half=math.nan)
    gone = dict.fromkeys(("metric", "score", "larger_is_better", "statistic", "against", "networks", "rows"))
    statuses = dict.fromkeys(("chance_status", "naive_status", "strong_status"))
    numbers = dict.fromkeys(("difference", "difference_low", "difference_high", "p_value", "p_holm", "p_fdr"), math.nan)
    nothing = of_protocol("as_published", math.nan, math.nan, math.nan, None)
    return row | gone | statuses | numbers | nothing | {"counts": False}


def table():
    """Nineteen models with every kind of score and finding, three of them without a record."""
    nan = math.nan
    rows = [
        model("stacked_lstm.classification", "auc", (0.574, 0.523, 0.505, 0.523), "chance", published=0.6815),
        with_careful(
            model("stacked_lstm.regression", "ic_mean", (0.056, 0.022, 0.004, 0.016), "none", published=0.0195), 0.031
        ),
        with_careful(
            model("univariate_regression.level", "rmse", (22.89, 689.8, 45.22, 46.0), "worse", published=22.15), 45.3
        ),
        model("univariate_regression.level.returns", "rmse", (22.21, 45.21, 45.22, 46.0), "none", doubtful=True),
        *(
            model(f"univariate_regression.volatility.{name}", "r2", (0.33, value, 0.305, 0.317), kind, published=p)
            for name, value, kind, p in (
                *(("gru", 0.344, "naive", 0.27), ("linear", 0.246, "worse", 0.2458), ("lstm", 0.356, "every", 0.3068)),
                *(
                    ("lstm_by_gates", 0.27, "none", nan),
                    ("mlp", 0.185, "none", 0.1371),
                    ("two_gru", 0.28, "none", 0.25),
                ),
            )
        ),
        model("univariate_regression.rolling_windows.index", "rmse", (61.46, 208.9, 225.0, 222.8), "none"),
        model("univariate_regression.rolling_windows.sine", "rmse", (0.083, 0.099, 0.71, 1e-9), "worse")
        | {"remark": "simulated data", "counts": False},
        with_careful(
            model("univariate_regression.mid_price", "rmse", (263.1, 80.3, 80.11, 85.0), "few", p_value=nan),
            79.9,
            beside="not compared with the corrected network: other test rows",
        ),
        with_careful(model("multivariate.macro", "mae", (0.07, 0.0419, 0.0544, 0.0424), "naive"), 0.0401),
        model(
            "text_sentiment.learned_embeddings", "auc", (0.94, 0.959, nan, 0.965), "worse", published=0.9417, half=0.006
        ),
        model("sec_filings.returns", "ic", (-0.124, 0.66, nan, 0.654), "chance", published=0.0765, half=0.09)
        | {"remark": "simulated data", "counts": False},
        *(no_record(f"mine.experiment_{number}") for number in range(3)),
    ]
    return pd.DataFrame(rows)
