"""What is left of forecasts after costs, for a browser: of a portfolio, and of positions in one series."""

from collections.abc import Mapping, Sequence
from typing import Any

from rnn_trading.portfolio.verdict import number
from rnn_trading.skill.formats import format_p_value, format_score, words
from rnn_trading.tables.wording import counted, reasons

from .figures import Figure, in_order, small
from .html import render
from .parts import cell
from .stamp import stamp

MEASURES = {
    "mean": ("Mean return a year", 100, "%"),
    "compounded": ("Growth a year, reinvested", 100, "%"),
    "volatility": ("Volatility a year", 100, "%"),
    "sharpe": ("Sharpe ratio", 1, ""),
    "sharpe_error": ("its standard error (Lo)", 1, ""),
    "sharpe_autocorrelated": ("Sharpe ratio of a year (Lo)", 1, ""),
    "drawdown": ("Largest loss from a peak", 100, "%"),
    "hit_rate": ("Sessions above zero", 100, "%"),
    "worst": ("Worst session", 100, "%"),
}
COLUMNS = {
    "gross": "Gross",
    "net": "Net",
    "equal": "Equal weights, net",
    "index": "Index",
}
HEADS_OF_TIMING = ("Experiment", "Net a year", "Gross a year", "Sharpe", "Turnover", "Break-even", "Held", "At once")
# Without forecasts of its kind, a figure would be empty.
FIGURE_OF = {"timing_equity": "timing", "realised_volatility": "targeting"}
HEADS_OF_TARGETING = (
    "Forecaster",
    "Distance to the target",
    "Volatility a year",
    "Turnover",
    "Mean position",
    "Sharpe",
)


def portfolio_page(
    record: dict[str, Any], figures: Mapping[str, Any], pages: Sequence[str] = (), made: str | None = None
) -> str:
    """One HTML file that loads nothing.

    Parameters
    ----------
    record
        See :func:`rnn_trading.portfolio.record.record_of`.
    figures
        By name, pictures of Pillow.
    pages
        Experiments whose forecasts these are and whose page is there: the tear sheet leads to it.
    made
        See :func:`rnn_trading.pages.stamp.stamp`; None: by this code, now.
    """
    columns = {name: title for name, title in COLUMNS.items() if record.get(name)}
    return render(
        "portfolio.html",
        made=made or stamp(),
        record=record,
        name=record["file"] or record["of"],
        held=f"{counted(record['sessions'], 'session')}, {counted(record['books'], 'entry', 'entries')}",
        protocol=words(record["protocol"]),
        heads=["Measure", *columns.values()],
        rows=[_measure(record, columns, name) for name in MEASURES],
        paid=_paid(record),
        luck=_luck(record["net"]["luck"], record),
        information=_information(record["information"]),
        pages=pages,
        counts=[(words(name), f"{value:,}") for name, value in record["counts"].items() if value],
        parameters=[
            *[("the table was read as", "; ".join(record["read_as"]))] * bool(record["read_as"]),
            *((words(name), _said(value)) for name, value in _parameters(record).items()),
        ],
        figures=_shown(figures),
    )


OF_SERIES, OF_NAMES = ("timing", "targeting"), ("weights", "dated_by")


def _parameters(record: dict[str, Any]) -> dict[str, Any]:
    """What it was made with; what dates mean, as it was taken."""
    told = record["parameters"] | {"dated_by": record["dated_by"]}
    return {name: value for name, value in told.items() if name not in OF_SERIES and value is not None}


def _shown(figures: Mapping[str, Any]) -> list[Figure]:
    return [small(name, figures[name]) for name in in_order(figures)]


def _measure(record: dict[str, Any], columns: Mapping[str, str], name: str) -> list[dict[str, Any]]:
    title, times, unit = MEASURES[name]
    cells = [cell(f"{title} ({unit})" if unit else title, title)]
    for column in columns:
        value = record[column][name]
        text = number(None if value is None else times * value, 1 if unit else 2)
        note = _interval(record[column]) if name == "mean" else None
        cells.append(cell(text, float("nan") if value is None else value, note))
    return cells


def _interval(of: dict[str, Any]) -> str | None:
    """The 95 % interval of a mean, or of the difference to it."""
    low, high = of.get("interval") or (None, None)
    if low is not None:
        return f"95 %: {_percent(low)} to {_percent(high)}"
    if "difference" in of:
        low, high = of["difference_interval"]
        both = "" if low is None else f" (95 %: {_percent(low)} to {_percent(high)})"
        return f"net less this: {_percent(of['difference'])}{both}"
    return None


def _percent(value: float | None, decimals: int = 1) -> str:
    return number(None if value is None else 100 * value, decimals)


def _paid(record: dict[str, Any]) -> list[tuple[str, str]]:
    costs, capital = record["costs"], record["capacity"]
    even = record["break_even"]
    return [
        ("traded a year, in multiples of wealth", number(record["turnover"], 1)),
        ("proportional costs (% a year)", _percent(costs["cost"])),
        ("borrow fee (% a year)", _percent(costs["borrow"])),
        ("impact (% a year)", _percent(costs["impact"]) if capital is not None else "no volumes, or switched off"),
        ("break-even cost of a side (bp)", number(even) if even is not None else "nothing is traded"),
        ("capacity (money)", "not known without impact" if capital is None else number(capital, 0)),
        (
            "mean exposure",
            f"{number(record['exposure']['long'], 2)} long, {number(record['exposure']['short'], 2)} short",
        ),
        ("names held", number(record["exposure"]["names"], 1)),
        *[
            (f"beta to {COLUMNS[name].lower()}", number(record[name]["beta"], 2))
            for name in ("equal", "index")
            if record.get(name)
        ],
    ]


def _luck(luck: dict[str, Any], record: dict[str, Any]) -> list[str]:
    trials = record["tries_by_the_register"]
    further = record["parameters"]["tries"]
    known = "this one, since no register knows of others" if trials is None else f"{trials:,} by the register of trials"
    ways = "1 way to trade is" if luck["tries"] == 1 else f"{luck['tries']:,} ways to trade are"
    tries = f"{ways} counted: {known}, and {further:,} by portfolio.tries."
    if luck["probabilistic"] is None:
        return [tries, "The Sharpe ratio does not exist."]
    p_of_maximum = format_p_value(luck["p_of_maximum"])
    likely = f"The Sharpe ratio, net, is above zero with a probability of {format_score(luck['probabilistic'])}"
    if luck["tries"] == 1:
        return [tries, f"{likely}. A portfolio without skill has as much with {p_of_maximum}."]
    return [
        tries,
        f"{likely}; deflated, above the mean of the best of {luck['tries']:,} without skill, of "
        f"{format_score(luck['deflated'])}. More than 0.95 is reached by luck in fewer than 5 % of cases.",
        f"The best of {luck['tries']:,} independent tries without skill has as much with {p_of_maximum}.",
    ]


def _information(found: dict[str, Any]) -> list[str]:
    said = []
    for name, what in (("ic", "what was earned"), ("ic_of_truth", "the truth of the table")):
        of = found.get(name)
        if of is None:
            said.append("The table has no truths yet: forecasts are held against what prices say was earned.")
        elif of["mean"] is None:
            said.append(f"No date has an information coefficient of {what}.")
        else:
            p_value = format_p_value(of["p_value"])
            said.append(
                f"Mean information coefficient by date, of {what}: {format_score(of['mean'])}"
                f"{_within(of, p_value)}, {counted(of['dates'], 'date')}."
            )
    if "ic_of_truth" in found and found["dates_without_truth"]:
        said.append(f"{counted(found['dates_without_truth'], 'date has', 'dates have')} no truths yet.")
    return said


def _within(of: dict[str, Any], p_value: str) -> str:
    low, high = of["interval"]
    said = [] if low is None else [f"95 %: {format_score(low)} to {format_score(high)}"]
    said += [p_value] if p_value else []
    return f" ({'; '.join(said)})" if said else ""


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{words(name)}: {_said(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    if isinstance(value, str):
        return words(value)
    return f"{value:,.10g}"


def series_page(
    record: dict[str, Any], figures: Mapping[str, Any], pages: Sequence[str] = (), made: str | None = None
) -> str:
    """One HTML file of positions in one series; see :mod:`rnn_trading.pipelines.portfolio.series`.

    Parameters
    ----------
    record
        ``timing`` by experiment, ``targeting`` or None, ``protocol``, ``lag``.
    figures, pages, made
        See :func:`portfolio_page`.
    """
    targeting = record["targeting"]
    return render(
        "series_portfolio.html",
        made=made or stamp(),
        protocol=words(record["protocol"]),
        lag=record["lag"],
        pages=pages,
        verdicts=[(name, of["verdict"]) for name, of in record["timing"].items()],
        left_out=[f"{name}: {found}" for name, of in record["timing"].items() if (found := reasons(of["counts"]))],
        timing_heads=HEADS_OF_TIMING,
        timing=[_timed(name, of) for name, of in record["timing"].items()],
        targeting_heads=HEADS_OF_TARGETING,
        targeting=[_targeted(name, of) for name, of in _in_order(targeting)],
        trade=_traded(targeting),
        target="" if targeting is None else f"{100 * targeting['target']:g}",
        beside=[_beside(name, of) for name, of in record["timing"].items()],
        parameters=[
            (words(name), _said(value))
            for name, value in record["parameters"].items()
            if name not in OF_NAMES and value is not None
        ],
        figures=_shown({name: figure for name, figure in figures.items() if record[FIGURE_OF[name]]}),
    )


def _beside(name: str, of: dict[str, Any]) -> str:
    """From when to when, what was tried, and what the rivals' positions earned."""
    held = f"{name}: {of['from']} to {of['until']}, {counted(of['sessions'], 'session')}"
    differences = [
        f"{words(rival)} {_percent(low)} to {_percent(high)}"
        for rival, (low, high) in of["against"].items()
        if low is not None
    ]
    against = f" Net less that of others, % a year (95 %): {'; '.join(differences)}." if differences else ""
    rivals = "; ".join(f"{words(rival)} {_percent(each['mean'])}" for rival, each in of["rivals"].items())
    best = f" The best rival of the record is {words(of['best_rival'])}." if of["best_rival"] else ""
    tries = counted(of["net"]["luck"]["tries"], "way to trade is", "ways to trade are")
    return f"{held}. {tries} counted. Positions by others earn, net, % a year: {rivals}.{best}{against}"


def _timed(name: str, of: dict[str, Any]) -> list[dict[str, Any]]:
    net, held, once = of["net"], of["rivals"]["buy_and_hold"], of["at_once"]
    low, high = once["interval"]
    return [
        cell(name, name),
        cell(f"{_percent(net['mean'])} %", net["mean"], _interval(net)),
        cell(f"{_percent(of['gross_mean'])} %", of["gross_mean"]),
        cell(number(net["sharpe"], 2), _key(net["sharpe"])),
        cell(number(of["turnover"], 1), of["turnover"]),
        cell(f"{number(of['break_even'])} bp", _key(of["break_even"])),
        cell(f"{_percent(held['mean'])} %", held["mean"], f"Sharpe {number(held['sharpe'], 2)}"),
        cell(
            f"{_percent(once['mean'])} %",
            once["mean"],
            None if low is None else f"95 %: {_percent(low)} to {_percent(high)}",
        ),
    ]


def _key(value: float | None) -> float:
    return float("nan") if value is None else value


def _in_order(targeting: dict[str, Any] | None) -> list[tuple[str, dict[str, Any]]]:
    """Forecasters, the nearest to the target first."""
    found = {} if targeting is None else targeting["by_forecaster"]
    return sorted(found.items(), key=lambda each: (each[1]["distance"] is None, each[1]["distance"] or 0.0))


def _targeted(name: str, of: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        cell("model" if name == "prediction" else words(name), name),
        cell(f"{_percent(of['distance'])} points", _key(of["distance"])),
        cell(f"{_percent(of['volatility'])} %", _key(of["volatility"])),
        cell(number(of["turnover"], 1), of["turnover"]),
        cell(number(of["exposure"], 2), of["exposure"]),
        cell(number(of["sharpe"], 2), _key(of["sharpe"])),
    ]


def _traded(targeting: dict[str, Any] | None) -> str:
    trade = (targeting or {}).get("trade")
    if not trade:
        return ""
    low, high = trade["interval"]
    both = "" if low is None else f" (95 %: {_percent(low)} to {_percent(high)}; t {number(trade['t'], 1)})"
    return (
        f"A trader with the model's variances, who trades each session with one who has those of "
        f"{words(trade['rival'])} at the price between both, earns {_percent(trade['mean'])} % of the price "
        f"a session{both}."
    )
