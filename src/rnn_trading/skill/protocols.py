"""Names of the protocols: the ways in which the published systems are run."""

PROTOCOLS = ("as_published", "corrected")  # two ways of every system, held against each other
BOOK = "book"  # and five networks that stand by themselves
