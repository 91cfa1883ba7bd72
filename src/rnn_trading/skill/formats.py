"""Numbers and names as readers see them."""

import math

NOTHING = "—"  # where there is no number
TOO_NARROW = "†"  # of an interval of few dates
SMALLEST_P_SHOWN = 0.001
SMALLEST_P_VALUE = 0.002  # two-sided, of 1,000 draws


def format_score(value: float | None) -> str:
    """Three decimals for scores near one, four digits for larger ones, a dash for none.

    Examples
    --------
    >>> format_score(0.12345), format_score(12.345), format_score(1234.6)
    ('0.123', '12.35', '1,235')
    >>> format_score(-0.0001), format_score(None)
    ('0.000', '—')
    """
    if value is None or math.isnan(value):
        return NOTHING
    size = abs(value)
    decimals = 3 if size < 10 else 2 if size < 100 else 1 if size < 1000 else 0
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def format_share(value: float) -> str:
    """A share in percent.

    Examples
    --------
    >>> format_share(0.256)
    '26 %'
    """
    return f"{round(100 * value)} %"


def format_published(value: float) -> str:
    """A figure with as many digits as it was published with, four at most.

    Examples
    --------
    >>> format_published(0.68154), format_published(0.5)
    ('0.6815', '0.5')
    """
    return NOTHING if math.isnan(value) else f"{value:.4g}"


def format_signed(value: float) -> str:
    """A difference of scores, with its sign.

    Examples
    --------
    >>> format_signed(0.0421), format_signed(-0.0421), format_signed(0.0001)
    ('+0.042', '-0.042', '0.000')
    """
    text = format_score(value)
    return f"+{text}" if value > 0 and float(text.replace(",", "")) != 0 else text


def format_interval(value: float, low: float, high: float, signed: bool = False) -> str:
    """A score, or a difference of scores, with its 95 % interval; without one if that is NaN.

    Examples
    --------
    >>> format_interval(0.52, 0.5, 0.54), format_interval(0.52, float("nan"), float("nan"))
    ('0.520 (0.500 to 0.540)', '0.520')
    """
    text = (format_signed if signed else format_score)(value)
    return text if math.isnan(value) or math.isnan(low) else f"{text} ({format_score(low)} to {format_score(high)})"


def format_p_value(value: float) -> str:
    """Three decimals; no p-value is smaller than the number of draws allows.

    Examples
    --------
    >>> format_p_value(0.0341), format_p_value(0.0001), format_p_value(float("nan"))
    ('0.034', '≤ 0.002', '—')
    """
    if math.isnan(value):
        return NOTHING
    return f"{value:.3f}" if value >= SMALLEST_P_VALUE else f"≤ {SMALLEST_P_VALUE}"


def format_p(value: float) -> str:
    """A p-value as it stands in a sentence; none is shown as smaller than a thousandth.

    Examples
    --------
    >>> format_p(0.0341), format_p(0.0001), format_p(float("nan"))
    ('p = 0.034', 'p < 0.001', 'no p-value')
    """
    if math.isnan(value):
        return "no p-value"
    return f"p = {value:.3f}" if value >= SMALLEST_P_SHOWN else f"p < {SMALLEST_P_SHOWN}"


def words(name: str) -> str:
    """A name of ours in words.

    Examples
    --------
    >>> words("last_value")
    'last value'
    """
    return name.replace("_", " ")
