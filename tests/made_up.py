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
    for protocol, value in (("as_published", as_published), ("corrected", corrected)):
        row |= {protocol: value, f"{protocol}_low": value - half_width, f"{protocol}_high": value + half_width}
        row |= {f"{protocol}_too_narrow": False, f"{protocol}_source": "x", f"{protocol}_changed": None}
    row |= {
        **{"naive": None if math.isnan(naive) else "persistence", "naive_value": naive},
        **{"strong": None if math.isnan(strong) else "ridge", "strong_value": strong},
        **{"as_published_naive_value": naive, "statistic": "information coefficient by date"},
        **{"against": "persistence", "difference": sign * 0.031, "difference_low": sign * 0.031 - 0.02},
        **{"difference_high": sign * 0.031 + 0.02, "doubtful": False},
        **{"p_value": 0.004, "p_holm": 0.03, "p_fdr": 0.01},
        **{"chance_status": "beaten", "naive_status": "undecided", "strong_status": "undecided"},
        **{
            "finding": FINDINGS[kind],
            "finding_kind": kind,
            "verdict": "It is so.",
            "as_published_finding_kind": "none",
        },
        **{"as_published_finding": FINDINGS["none"], "networks": 1, "rows": 1000, "folds_and_seeds": None},
    }
    return row | changes


def no_record(name):
    """A row of a model without records."""
    row = model(name, "auc", (math.nan,) * 4, None, half=math.nan)
    gone = dict.fromkeys(("metric", "score", "larger_is_better", "statistic", "against", "networks", "rows"))
    statuses = dict.fromkeys(("chance_status", "naive_status", "strong_status"))
    numbers = dict.fromkeys(("difference", "difference_low", "difference_high", "p_value", "p_holm", "p_fdr"), math.nan)
    return row | gone | statuses | numbers | {"counts": False, "as_published_finding_kind": None}


def table():
    """Nineteen models with every kind of score and finding, three of them without a record."""
    nan = math.nan
    rows = [
        model("stacked_lstm.classification", "auc", (0.574, 0.523, 0.505, 0.523), "chance", published=0.6815),
        model("stacked_lstm.regression", "ic_mean", (0.056, 0.022, 0.004, 0.016), "none", published=0.0195),
        model("univariate_regression.level", "rmse", (22.89, 689.8, 45.22, 46.0), "worse", published=22.15),
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
        model("univariate_regression.mid_price", "rmse", (263.1, 80.3, 80.11, 85.0), "few", p_value=nan),
        model("multivariate.macro", "mae", (0.07, 0.0419, 0.0544, 0.0424), "naive", published=0.0353),
        model(
            "text_sentiment.learned_embeddings", "auc", (0.94, 0.959, nan, 0.965), "worse", published=0.9417, half=0.006
        ),
        model("sec_filings.returns", "ic", (-0.124, 0.66, nan, 0.654), "chance", published=0.0765, half=0.09)
        | {"remark": "simulated data", "counts": False},
        *(no_record(f"mine.experiment_{number}") for number in range(3)),
    ]
    return pd.DataFrame(rows)
