"""What was tried: one entry for every fit that this project ever made, and how many configurations these are."""
