"""What tests of portfolios share."""

import pytest


@pytest.fixture
def quantstats():
    """The library, which changes how all figures of the process look as it is imported: they are changed back."""
    import matplotlib as mpl

    with mpl.rc_context():
        import quantstats

        yield quantstats
