"""How often something long says where it stands."""

SECONDS_BETWEEN_REPORTS = 5.0
