"""How nodes with several outputs are wired."""


def by_name(*names: str) -> dict[str, str]:
    """Outputs of a node that returns a dict with the names of its datasets."""
    return {name: name for name in names}
