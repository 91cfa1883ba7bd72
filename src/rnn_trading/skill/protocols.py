"""Names of the protocols: the ways in which the published systems are run."""

PROTOCOLS = ("as_published", "corrected")  # two ways of every system, held against each other
CAREFUL = "careful"  # the best network in the spirit of each system
BOOK = "book"  # and five networks that stand by themselves
COMPARED = (*PROTOCOLS, CAREFUL)  # beside each other in the tables of a report
EVERY = (*COMPARED, BOOK)
# Of several records of a model, that of the first of these is the one that its finding is of.
JUDGED = (CAREFUL, "corrected")


def report_command(run: str | int | None) -> str:
    """What runs all experiments every way, and their report, in the folder of a run that has a name.

    Examples
    --------
    >>> report_command(None), report_command("wide")
    ('make report', 'python -m rnn_trading.report --run wide')
    """
    return "make report" if run is None else f"python -m rnn_trading.report --run {run}"


def command_for(pipeline: str, protocol: str, run: str | int | None = None) -> str:
    """What runs a pipeline under a protocol, in the folder of a run that has a name.

    Examples
    --------
    >>> command_for("canaries", "corrected")
    'kedro run --pipelines canaries'
    >>> command_for("canaries", "as_published")
    'kedro run --pipelines canaries --params protocol=as_published'
    >>> command_for("canaries", "as_published", "small")
    'kedro run --pipelines canaries --params protocol=as_published,run=small'
    """
    params = [] if protocol == "corrected" else [f"protocol={protocol}"]
    params += [] if run is None else [f"run={run}"]
    return f"kedro run --pipelines {pipeline}" + (f" --params {','.join(params)}" if params else "")
