"""Numbers and names as readers see them."""

import math

NOTHING = "—"  # where there is no number


def format_score(value: float | None) -> str:
    """Three decimals for scores near one, four digits for larger ones, a dash for none."""
    if value is None or math.isnan(value):
        return NOTHING
    size = abs(value)
    decimals = 3 if size < 10 else 2 if size < 100 else 1 if size < 1000 else 0
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def format_published(value: float) -> str:
    """A figure with as many digits as it was published with, four at most."""
    return NOTHING if math.isnan(value) else f"{value:.4g}"


def format_interval(value: float, low: float, high: float, signed: bool = False) -> str:
    """A score with its 95 % interval."""
    if math.isnan(value):
        return NOTHING
    text = ("+" if signed and value > 0 else "") + format_score(value)
    return text if math.isnan(low) else f"{text} ({format_score(low)} to {format_score(high)})"


def format_p_value(value: float) -> str:
    """Three decimals, and no p-value of zero."""
    if math.isnan(value):
        return NOTHING
    return f"{value:.3f}" if value >= 0.0005 else "< 0.001"


def words(name: str) -> str:
    """A name of ours in words."""
    return name.replace("_", " ")
