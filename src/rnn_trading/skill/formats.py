"""Numbers and names as readers see them."""

import math

NOTHING = "—"  # where there is no number
TOO_NARROW = "†"  # of an interval of few dates
SMALLEST_P_VALUE = 0.002  # two-sided, of 1,000 draws


def format_score(value: float | None) -> str:
    """Three decimals for scores near one, four digits for larger ones, a dash for none."""
    if value is None or math.isnan(value):
        return NOTHING
    size = abs(value)
    decimals = 3 if size < 10 else 2 if size < 100 else 1 if size < 1000 else 0
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def format_share(value: float) -> str:
    """A share in percent."""
    return f"{round(100 * value)} %"


def format_published(value: float) -> str:
    """A figure with as many digits as it was published with, four at most."""
    return NOTHING if math.isnan(value) else f"{value:.4g}"


def format_signed(value: float) -> str:
    """A difference of scores, with its sign."""
    text = format_score(value)
    return f"+{text}" if value > 0 and float(text.replace(",", "")) != 0 else text


def format_interval(value: float, low: float, high: float, signed: bool = False) -> str:
    """A score, or a difference of scores, with its 95 % interval."""
    text = (format_signed if signed else format_score)(value)
    return text if math.isnan(value) or math.isnan(low) else f"{text} ({format_score(low)} to {format_score(high)})"


def format_p_value(value: float) -> str:
    """Three decimals; no p-value is smaller than the number of draws allows."""
    if math.isnan(value):
        return NOTHING
    return f"{value:.3f}" if value >= SMALLEST_P_VALUE else f"≤ {SMALLEST_P_VALUE}"


def words(name: str) -> str:
    """A name of ours in words."""
    return name.replace("_", " ")
