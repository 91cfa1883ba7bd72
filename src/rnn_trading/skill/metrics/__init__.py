"""Scores of forecasts, by kind of data."""
