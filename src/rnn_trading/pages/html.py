"""Templates to self-contained HTML."""

from typing import Any

from rnn_trading.skill.formats import capital


def render(template: str, **values: Any) -> str:
    """Fill a template of this package; text from outside is escaped, and a value that is missing is an error.

    Parameters
    ----------
    template
        Name of a file in ``templates/``.
    values
        What the template shows, by name.

    Raises
    ------
    jinja2.UndefinedError
        If the template needs a value that was not given.
    """
    # Only a node that writes a page needs it.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=PackageLoader("rnn_trading.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = breakable
    environment.filters["capital"] = capital
    return environment.get_template(template).render(**values)


def breakable(name: str) -> Any:
    """A dotted name, escaped, that a browser may break after a dot or an underscore.

    Examples
    --------
    >>> print(breakable("multivariate.macro"), breakable("<b>"))
    multivariate.<wbr>macro &lt;b&gt;
    """
    from markupsafe import Markup, escape  # noqa: PLC0415  see render

    return escape(name).replace(".", Markup(".<wbr>")).replace("_", Markup("_<wbr>"))
