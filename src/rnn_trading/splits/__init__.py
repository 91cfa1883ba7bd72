"""Time order: sliding windows, and the division into train, validation and test, once or walk-forward."""
