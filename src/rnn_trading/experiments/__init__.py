"""What experiments on one kind of data share: how they are wired, and what their nodes do."""
