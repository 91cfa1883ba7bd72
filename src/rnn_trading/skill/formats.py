"""Numbers and names as readers see them: a zero before the point, three digits, one minus sign."""

import math
import re
from typing import Any

NOTHING = "—"  # where there is no number
TOO_NARROW = "†"  # of an interval of few dates
MINUS = "−"  # as wide as a plus; a browser breaks no line after it
SMALLEST_P_VALUE = 0.001
LEAST_WHOLE = 0.005  # a share that rounds to one percent
COUNTED_FROM = 1000  # a figure as large as this is a count
SMALL_FIGURE = 0.1  # of which three decimals are fewer digits than are published
BETTER = {True: "↑", False: "↓"}  # by whether larger is better


def format_score(value: float | None) -> str:
    """Three decimals for scores near one, four digits for larger ones, a dash for none.

    Examples
    --------
    >>> format_score(0.12345), format_score(12.345), format_score(1234.6)
    ('0.123', '12.35', '1,235')
    >>> format_score(-0.0421), format_score(-0.0001), format_score(None)
    ('−0.042', '0.000', '—')
    """
    if value is None or math.isnan(value):
        return NOTHING
    size = _digits(abs(value))
    return f"{MINUS}{size}" if value < 0 and not _is_zero(size) else size


def _digits(size: float) -> str:
    decimals = 3 if size < 10 else 2 if size < 100 else 1 if size < 1000 else 0
    return f"{size:,.{decimals}f}"


def _is_zero(digits: str) -> bool:
    return not digits.strip("0.")


def format_share(value: float) -> str:
    """A share in percent; one digit of what is less than one.

    Examples
    --------
    >>> format_share(0.256)
    '26 %'
    """
    return f"{round(100 * value)} %" if value == 0 or value >= LEAST_WHOLE else f"{100 * value:.1g} %"


def format_published(value: float) -> str:
    """A figure with as many digits as it was published with, four at most; a large one is a count, and whole.

    Examples
    --------
    >>> format_published(2526715)
    '2,526,715'
    >>> format_published(0.68154), format_published(0.5), format_published(-0.0195)
    ('0.6815', '0.5', '−0.0195')
    """
    if math.isnan(value):
        return NOTHING
    return f"{value:,.0f}" if value >= COUNTED_FROM else f"{value:.4g}".replace("-", MINUS)


def format_beside(value: float, published: float) -> str:
    """A score beside a published figure: if that is small, with the four digits that it is published with at most.

    Examples
    --------
    >>> format_beside(0.01504, 0.015), format_beside(0.00002, 0.00418), format_beside(0.9508, 0.9585)
    ('0.01504', '0.00002000', '0.951')
    >>> format_beside(-0.0123, 0.0195), format_beside(12.345, 0.015), format_beside(float("nan"), 0.015)
    ('−0.01230', '12.35', '—')
    """
    if math.isnan(value) or abs(published) >= SMALL_FIGURE or not 0 < abs(value) < SMALL_FIGURE:
        return format_score(value)
    return f"{value:.{3 - math.floor(math.log10(abs(value)))}f}".replace("-", MINUS)


def format_signed(value: float | None) -> str:
    """A difference of scores, with its sign.

    Examples
    --------
    >>> format_signed(0.0421), format_signed(-0.0421), format_signed(0.0001), format_signed(None)
    ('+0.042', '−0.042', '0.000', '—')
    """
    text = format_score(value)
    return f"+{text}" if value is not None and value > 0 and not _is_zero(text) else text


def format_range(low: float | None, high: float | None) -> str:
    """Both ends of a 95 % interval; nothing if there is none.

    Examples
    --------
    >>> format_range(-0.034, 0.016), format_range(None, None)
    ('−0.034 to 0.016', '')
    """
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return ""
    return f"{format_score(low)} to {format_score(high)}"


def format_interval(value: float | None, low: float | None, high: float | None, signed: bool = False) -> str:
    """A score, or a difference of scores, with its 95 % interval; without one if that is not there.

    Examples
    --------
    >>> format_interval(0.52, 0.5, 0.54), format_interval(0.52, float("nan"), float("nan"))
    ('0.520 (0.500 to 0.540)', '0.520')
    """
    text, both = (format_signed if signed else format_score)(value), format_range(low, high)
    return f"{text} ({both})" if both and text != NOTHING else text


def format_p_value(value: float | None) -> str:
    """A p-value with its name; nothing if there is none.

    Examples
    --------
    >>> format_p_value(0.0341), format_p_value(0.0001), format_p_value(float("nan"))
    ('p = 0.034', 'p < 0.001', '')
    """
    if value is None or math.isnan(value):
        return ""
    return f"p = {value:.3f}" if value >= SMALLEST_P_VALUE else f"p < {SMALLEST_P_VALUE}"


def words(name: str) -> str:
    """A name of ours in words.

    Examples
    --------
    >>> words("last_value"), words("momentum_52_4")
    ('last value', 'momentum 52-4')
    """
    return re.sub(r"(?<=\d)_(?=\d)", "-", name).replace("_", " ")


def capital(text: str) -> str:
    """A text as a sentence begins.

    Examples
    --------
    >>> capital("error of a run"), capital("QLIKE"), capital("")
    ('Error of a run', 'QLIKE', '')
    """
    return f"{text[:1].upper()}{text[1:]}"


def format_fact(value: Any) -> str:
    """A plain value of a record in words: a number, a list, a dict of such.

    Examples
    --------
    >>> format_fact(0.123456), format_fact(1234), format_fact(["A", "B"]), format_fact(True), format_fact([])
    ('0.123', '1,234', 'A, B', 'yes', 'none')
    >>> format_fact({"best_epoch": 7, "seed": None})
    'best epoch: 7; seed: —'
    >>> format_fact([{"units": 8, "loss": 1.5}, {"units": 16, "loss": 1.25}])
    '(units: 8; loss: 1.500), (units: 16; loss: 1.250)'
    """
    if isinstance(value, dict):
        return "; ".join(f"{words(str(name))}: {format_fact(each)}" for name, each in value.items()) or "none"
    if isinstance(value, list):
        inside = [f"({format_fact(each)})" if isinstance(each, dict) else format_fact(each) for each in value]
        return ", ".join(inside) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return format_score(value)
    return NOTHING if value is None else str(value)
