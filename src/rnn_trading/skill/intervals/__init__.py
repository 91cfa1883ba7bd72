"""Intervals of forecasts: how wide they are, and how often they hold the truth."""
