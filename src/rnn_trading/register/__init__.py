"""What was tried: one entry for every fit of an experiment, and how many configurations these are."""
